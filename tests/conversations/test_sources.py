"""The sources of an answer as the page shows them."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.conversations.quoted import quoted
from chat.conversations.rendering import render_turn
from chat.conversations.sources import Source, Timeline
from chat.models import LoginSession, Recording

from ..support.asked import asked, citing, recorded
from ..support.hostile import Parts

SAID = "We looked at both. The Heron costs 480 euros without tax. Nobody objected to that at all."


def words(excerpt: str, answer: str) -> list[str]:
    return [excerpt[span.start : span.end] for span in quoted(excerpt, answer, 1)]


@pytest.mark.parametrize(
    ("answer", "marked"),
    [
        ("Mara: “The Heron costs 480 euros without tax.” [1]", ["The Heron costs 480 euros without tax."]),
        ("**the HERON costs 480** euros [1]", ["The Heron costs 480 euros"]),
        ("We looked at both. [1] Nobody objected to that.[1]", ["We looked at both.", "Nobody objected to that"]),
        ("The price is 480 euros. [1] Nobody minds.", ["The Heron costs 480 euros without tax."]),
        ("The price is 480 euros [1].", ["The Heron costs 480 euros without tax."]),
        ("Nothing in common here [1].", []),
        ("", []),
    ],
)
def test_the_words_that_the_answer_quotes_are_marked(answer: str, marked: list[str]) -> None:
    assert words(SAID, answer) == marked


def test_a_short_excerpt_is_marked_if_the_answer_has_all_of_it() -> None:
    assert words("480 euros.", "It costs 480 euros [1].") == ["480 euros."]
    assert words("", "It costs 480 euros [1].") == []


@pytest.mark.django_db
@pytest.mark.usefixtures("static_files")
def test_the_link_of_a_source_marks_the_quoted_words_in_the_recording(
    client: Client, alice: User, login: LoginSession
) -> None:
    recording = recorded("Planning", "Hello.", f"Well. {SAID}")
    citation = citing(recording, segment=2, excerpt=SAID)
    html = render_turn(asked(login, answer="“The Heron costs 480 euros without tax.” [1]", citations=[citation]))
    client.force_login(alice)

    address = next(a["href"] for tag, a in Parts(html).elements if a.get("class") == "source__title")
    page = client.get(address.partition("#")[0]).content.decode()

    assert address.endswith("?words=2:25-63#segment-2")
    assert "<mark>The Heron costs 480 euros without tax.</mark> Nobody" in page
    assert page.count("<mark>") == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("static_files")
def test_an_address_with_wrong_words_shows_the_plain_transcript(client: Client, alice: User) -> None:
    recording = recorded("Planning", "Hello.")
    client.force_login(alice)

    for wrong in ("99:0-5", "1:7-9", "x", "1:0-5&words=2"):
        response = client.get(f"{recording.get_absolute_url()}?words={wrong}")
        assert response.status_code == 200
        assert b"<mark>" not in response.content


@pytest.mark.django_db
def test_a_marker_names_its_source(login: LoginSession) -> None:
    recording = recorded("Planning", "We ship in March.")

    html = render_turn(asked(login, answer="In March [1].", citations=[citing(recording)]))

    marker = next(a for tag, a in Parts(html).elements if a.get("class") == "citation")
    assert marker["aria-label"] == "Source 1: Ana, 0:00, Planning"


@pytest.mark.django_db
def test_a_source_without_speaker_and_time_is_named_by_its_recording() -> None:
    citation = citing(recorded("Planning", "We ship in March."))
    citation.speaker, citation.start, citation.end = "", None, None

    citation.is_heard = True
    source = Source(citation, "")

    assert (source.name, source.audio, source.timeline) == ("Source 1: Planning", "", None)


@pytest.mark.django_db
@pytest.mark.parametrize("audio", ["a.mp3", ""])
def test_a_source_can_be_played_only_if_its_recording_has_audio(login: LoginSession, audio: str) -> None:
    recording = recorded("Planning", "Hello.", "We ship in March.", audio=audio)

    html = render_turn(asked(login, answer="In March [1].", citations=[citing(recording, segment=2)]))

    buttons = [a for tag, a in Parts(html).elements if "data-play" in a]
    expected = [(f"/recordings/{recording.uuid}/audio/", "10.0", "20.0", "Play source 1, Ana, 0:10")] if audio else []
    keys = ("data-play-audio", "data-play", "data-play-end", "aria-label")
    assert [tuple(a[key] for key in keys) for a in buttons] == expected


@pytest.mark.django_db
def test_the_timeline_shows_where_in_the_recording_a_source_lies() -> None:
    recording = recorded("Planning", *["Hello."] * 10)
    source = Source(citing(recording, segment=3), "")

    assert source.timeline == Timeline(200, 100, [100, 200, 300, 400, 500, 600, 700, 800, 900], 100.0)


@pytest.mark.parametrize("duration", [0.5, 9.0, 61.0, 3_000.0, 40_000.0, 400_000.0])
def test_a_timeline_stays_within_its_recording(duration: float) -> None:
    recording = Recording(title="x", duration=duration)
    citation = citing(recording)
    citation.start, citation.end = duration - 0.25, duration + 5

    timeline = Source(citation, "").timeline

    assert timeline
    assert timeline.at + timeline.length <= 1_000
    assert timeline.length >= 10
    assert len(timeline.ticks) <= 100


@pytest.mark.django_db
def test_a_source_shows_the_date_of_its_recording(login: LoginSession) -> None:
    recording = recorded("Planning", "We ship in March.")
    recording.recorded_on = date(2026, 6, 9)
    recording.save()

    assert "9 Jun 2026" in render_turn(asked(login, answer="In March [1].", citations=[citing(recording)]))
