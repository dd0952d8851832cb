"""The list of recordings, and the page of one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from chat.models import Recording, Segment
from chat.recordings.rows import rows

from ..support.asked import recorded
from ..support.hostile import squeezed
from ..support.pages import text

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


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


def test_the_newest_comes_first_and_without_a_date_the_day_counts_on_which_it_was_added(page: Client) -> None:
    for title, day, added in (
        ("Earlier", "2026-02-03", "2026-03-01T10:00Z"),
        ("Undated", None, "2026-02-05T23:30Z"),
        ("Later", "2026-02-06", "2026-01-01T10:00Z"),
    ):
        Recording.objects.filter(pk=recorded(title, "Hello.").pk).update(recorded_on=day, created_at=added)

    for address in ("/recordings/", "/recordings/options/"):
        html = text(page.get(address))
        assert html.index("Later") < html.index("Undated") < html.index("Earlier"), address
    html = squeezed(text(page.get("/recordings/")))
    assert 'added<time datetime="2026-02-05">5 Feb 2026</time>' in html


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


def test_a_long_transcript_takes_as_few_queries_as_a_short_one(
    page: Client, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    short, long = recorded("Planning", "Hello."), recorded("Planning", *["Hello."] * 500)

    with django_assert_max_num_queries(8) as queries:  # three for the sign-in, three for the sidebar of every page
        page.get(short.get_absolute_url())
    with django_assert_num_queries(len(queries)):
        page.get(long.get_absolute_url())
