from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import AsyncClient, Client

from chat.models import Recording, Segment
from chat.recordings.rows import rows

from ..support.asked import recorded
from ..support.hostile import squeezed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]

SOUND = bytes(range(256)) * 4_000
"""1,024,000 bytes: several pieces."""


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    """A client in which alice is signed in."""
    client.force_login(alice)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_recordings_are_listed_with_date_length_speakers_and_sound(page: Client) -> None:
    recording = recorded("Planning", *["Hello."] * 70)
    Segment.objects.filter(recording=recording, number=2).update(speaker="Omar")
    Recording.objects.update(recorded_on="2026-02-03", audio="a.mp3")

    html = text(page.get("/recordings/"))

    for fact in ("Planning", "3 Feb 2026", "12 min", "<bdi>Ana</bdi>, <bdi>Omar</bdi>", 'aria-label="Play Planning"'):
        assert fact in html
    assert f'data-play-audio="/recordings/{recording.uuid}/audio/"' in html


def test_a_recording_without_sound_says_so(page: Client) -> None:
    recorded("Planning", "Hello.")

    html = text(page.get("/recordings/"))

    assert "Only the transcript" in html
    assert "data-play=" not in html


def test_bars_are_as_long_as_the_recordings_and_divided_among_the_speakers() -> None:
    long, short = recorded("Long", *["Hello."] * 4), recorded("Short", "Hello.")
    Segment.objects.filter(recording=long, number=4).update(speaker="Omar")

    first, second = rows([long, short])

    assert [(speaker.name, speaker.part) for speaker in first.speakers] == [("Ana", 0.75), ("Omar", 0.25)]
    assert [(piece.at, piece.length, piece.tone) for piece in first.pieces] == [(0, 750, 0), (750, 250, 1)]
    assert [(piece.at, piece.length, piece.tone) for piece in second.pieces] == [(0, 250, 0)]


def test_speakers_without_times_are_weighed_by_what_they_say() -> None:
    recording = recorded("Planning", *["Hello."] * 3)
    Segment.objects.filter(number=1).update(speaker="Omar")
    Segment.objects.update(start=None, end=None)
    Recording.objects.update(duration=None)

    (row,) = rows([Recording.objects.get(pk=recording.pk)])

    assert row.names == ["Ana", "Omar"]
    assert row.pieces == []


def test_many_speakers_are_counted() -> None:
    recording = recorded("Planning", *["Hello."] * 6)
    for segment in Segment.objects.filter(recording=recording):
        Segment.objects.filter(pk=segment.pk).update(speaker=f"Speaker {segment.number}")

    (row,) = rows([recording])

    assert (row.names, row.more) == (["Speaker 1", "Speaker 2", "Speaker 3"], 3)
    assert [piece.tone for piece in row.pieces] == [0, 1, 2, 3, 3, 3]


def test_the_newest_recording_comes_first_and_those_without_a_date_last(page: Client) -> None:
    for title, day in (("Undated", None), ("Spring", "2026-04-01"), ("Autumn", "2026-10-01")):
        Recording.objects.filter(pk=recorded(title, "Hello.").pk).update(recorded_on=day)

    for address in ("/recordings/", "/recordings/options/"):
        html = text(page.get(address))
        assert html.index("Autumn") < html.index("Spring") < html.index("Undated"), address


def test_recordings_are_found_by_title(page: Client) -> None:
    recorded("Planning 100%")
    recorded("Call")

    assert "Call" not in text(page.get("/recordings/?q=100%25"))
    assert "No recording has" in text(page.get("/recordings/?q=%00'; DROP TABLE"))


def test_long_lists_have_pages(page: Client) -> None:
    for number in range(51):
        recorded(f"Meeting {number:02}")

    assert "Meeting 50" not in text(page.get("/recordings/?q=meeting"))
    assert "Meeting 50" in text(page.get("/recordings/?q=meeting&page=2"))
    assert "?q=meeting&amp;page=2" in text(page.get("/recordings/?q=meeting"))
    assert page.get("/recordings/?page=x").status_code == page.get("/recordings/?page=99").status_code == 200


def test_the_filter_offers_fifty_at_once_and_finds_the_others(page: Client) -> None:
    for number in range(51):
        recorded(f"Meeting {number:02}")

    assert text(page.get("/recordings/options/")).count("<label") == 50
    assert "Meeting 50" in text(page.get("/recordings/options/?q=G+50"))
    assert "No recording with this title." in text(page.get("/recordings/options/?q=zebra"))


def test_a_transcript_is_shown_by_speaker_with_times_and_anchors(page: Client) -> None:
    recording = recorded("Planning", "Hello.", "Hello Ana.", "Let us begin.")
    Segment.objects.filter(recording=recording, number=2).update(speaker="Omar")

    html = squeezed(text(page.get(recording.get_absolute_url())))

    assert [html.count(f"<bdi>{speaker}</bdi></h2>") for speaker in ("Ana", "Omar")] == [2, 1]
    assert (
        'id="segment-2" data-segment data-start="10.0" data-end="20.0">'
        '<a class="segment__place" href="#segment-2">0:10</a>' in html
    )


def test_a_transcript_without_times_still_has_anchors(page: Client) -> None:
    recording = recorded("Planning", "Hello.")
    Segment.objects.update(start=None, end=None)

    html = squeezed(text(page.get(recording.get_absolute_url())))

    assert 'id="segment-1" data-segment><a class="segment__place" href="#segment-1">¶' in html
    assert "data-start" not in html


def test_segments_can_be_played_only_if_there_is_audio(page: Client) -> None:
    silent, audible = recorded("Planning", "Hello."), recorded("Call", "Hello.", audio="a.mp3")

    assert 'data-play="0.0" hidden' in text(page.get(audible.get_absolute_url()))
    assert "data-play" not in text(page.get(silent.get_absolute_url()))


def test_a_long_transcript_takes_a_few_queries(page: Client, django_assert_max_num_queries: Any) -> None:
    recording = recorded("Planning", *["Hello."] * 500)

    with django_assert_max_num_queries(6):
        page.get(recording.get_absolute_url())


# Speakers and words


@pytest.fixture
def meeting(page: Client) -> Recording:
    """A recording in which Ana, Omar and somebody unknown speak of the price."""
    said = ["The price of the L.C.D. is high.", "Mm.", "We order in May.", "Which prices <do> you mean?", "Any."]
    recording = recorded("Planning", *said)
    Segment.objects.filter(recording=recording, number__in=[2, 4]).update(speaker="Omar")
    Segment.objects.filter(recording=recording, number=5).update(speaker="")
    return recording


def shown(client: Client, recording: Recording, **query: str) -> str:
    """Return the page; what a script gets to replace its segments must be the same."""
    whole = client.get(recording.get_absolute_url(), query)
    part = client.get(f"{recording.get_absolute_url()}segments/", query)
    assert whole.status_code == part.status_code == 200
    assert squeezed(text(part)).strip() in squeezed(text(whole))
    return squeezed(text(part))


def numbers(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="segment-(\d+)"', html)]


def test_brief_words_get_no_heading_but_keep_their_speaker(page: Client, meeting: Recording) -> None:
    html = shown(page, meeting)

    assert html.count("<h2") == 3
    aside = html[html.index('id="segment-2"') : html.index('id="segment-3"')]
    assert "<bdi>Omar</bdi>:" in aside
    assert 'aria-hidden="true">O</span>' in aside


def test_the_segments_of_one_speaker_are_shown(page: Client, meeting: Recording) -> None:
    html = shown(page, meeting, speaker="Omar")

    assert numbers(html) == [2, 4]
    assert "2 places of<bdi>Omar</bdi>" in html
    assert f'href="{meeting.get_absolute_url()}#segment-4"' in html
    assert numbers(shown(page, meeting, speaker="?")) == [5]
    assert '<option value="Omar" selected>' in squeezed(text(page.get(meeting.get_absolute_url(), {"speaker": "Omar"})))


@pytest.mark.parametrize(
    ("words", "found"),
    [("price", [1, 4]), ("PRICES  the", [1]), ("lcd", [1]), ("mm", [2]), ("orde", [3]), ("do", [4]), ("zebra", [])],
)
def test_words_are_found_in_a_transcript(page: Client, meeting: Recording, words: str, found: list[int]) -> None:
    assert numbers(shown(page, meeting, q=words)) == found


def test_what_was_found_is_marked(page: Client, meeting: Recording) -> None:
    html = shown(page, meeting, q="price", speaker="Omar")

    assert "Which<mark>prices</mark>&lt;do&gt; you mean?" in html
    assert "1 place of<bdi>Omar</bdi>with “<bdi>price</bdi>”" in html


def test_a_search_without_success_says_so_and_offers_more(page: Client, meeting: Recording) -> None:
    html = shown(page, meeting, q="zebra crossing")

    assert "No places" in html
    assert "with “<bdi>zebra crossing</bdi>”" in html
    assert 'href="/search/?q=zebra%20crossing"' in html
    assert "Show the whole transcript" in html
    assert "There is no word in this to search for." in shown(page, meeting, q="…!")
    assert numbers(shown(page, meeting, q="\0", speaker="\0")) == [1, 2, 3, 4, 5]


def test_many_places_are_shown_a_hundred_at_a_time(page: Client) -> None:
    recording = recorded("Planning", *["The price is high."] * 130)

    first, second = shown(page, recording, q="price"), shown(page, recording, q="price", page="2")

    assert (len(numbers(first)), len(numbers(second))) == (100, 30)
    assert "130 places" in first
    assert 'href="?q=price&amp;page=2"' in first
    assert numbers(shown(page, recording, q="price", page="99")) == numbers(second)


# Audio


@pytest.fixture
def audio(settings: Any, tmp_path: Path) -> str:
    """The path of the audio of a recording."""
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "a.mp3").write_bytes(SOUND)
    return f"/recordings/{recorded('Planning', audio='a.mp3').uuid}/audio/"


async def fetched(alice: User, address: str, **headers: str) -> tuple[Any, bytes]:
    """Return the response that alice gets, and its whole body."""
    client = AsyncClient()
    await client.aforce_login(alice)
    response = await client.get(address, headers=headers)
    await sync_to_async(connections.close_all)()  # those of the thread that ran the view
    if not response.streaming:
        return response, response.content
    pieces = cast(Any, response).streaming_content
    return response, b"".join([piece async for piece in pieces])


async def test_audio_is_sent_whole(alice: User, audio: str) -> None:
    response, body = await fetched(alice, audio)

    assert (response.status_code, body) == (200, SOUND)
    assert response["Content-Type"] == "audio/mpeg"
    assert response["Content-Length"] == str(len(SOUND))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Disposition"] == "inline"
    assert response["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("range_header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, 1_023_999),
        ("bytes=300000-700000", 300_000, 700_000),
        ("bytes=1023999-", 1_023_999, 1_023_999),
        ("bytes=1000000-9999999", 1_000_000, 1_023_999),
        ("bytes=-10", 1_023_990, 1_023_999),
        ("bytes=-9999999", 0, 1_023_999),
    ],
)
async def test_a_range_of_audio_is_sent(alice: User, audio: str, range_header: str, first: int, last: int) -> None:
    response, body = await fetched(alice, audio, range=range_header)

    assert (response.status_code, body) == (206, SOUND[first : last + 1])
    assert response["Content-Range"] == f"bytes {first}-{last}/1024000"
    assert response["Content-Length"] == str(len(body))


@pytest.mark.parametrize("range_header", ["bytes=1024000-", "bytes=9999999-9999999", "bytes=-0"])
async def test_a_range_outside_of_the_audio_is_refused(alice: User, audio: str, range_header: str) -> None:
    response, body = await fetched(alice, audio, range=range_header)

    assert (response.status_code, body) == (416, b"")
    assert response["Content-Range"] == "bytes */1024000"


@pytest.mark.parametrize(
    "range_header", ["bytes=5-2", "bytes=0-1,5-6", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=²-", "x"]
)
async def test_a_header_that_is_not_one_range_is_ignored(alice: User, audio: str, range_header: str) -> None:
    response, body = await fetched(alice, audio, range=range_header)

    assert (response.status_code, len(body)) == (200, len(SOUND))


async def test_audio_in_the_cache_of_the_browser_is_not_sent_again(alice: User, audio: str) -> None:
    first, _ = await fetched(alice, audio)

    same, body = await fetched(alice, audio, **{"if-none-match": first["ETag"]})
    other, _ = await fetched(alice, audio, **{"range": "bytes=0-9", "if-range": '"other"'})

    assert (same.status_code, body) == (304, b"")
    assert other.status_code == 200


@pytest.mark.parametrize("name", ["", "missing.mp3", "../secret.mp3", "/etc/passwd", "a.svg", "folder.mp3"])
def test_only_audio_below_the_media_folder_is_sent(page: Client, settings: Any, tmp_path: Path, name: str) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media" / "folder.mp3").mkdir(parents=True)
    (tmp_path / "media" / "a.svg").write_text("<svg/>")
    (tmp_path / "secret.mp3").write_text("secret")

    assert page.get(f"/recordings/{recorded(audio=name).uuid}/audio/").status_code == 404
