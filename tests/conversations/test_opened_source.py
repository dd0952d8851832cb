"""A source as its panel shows it: what was said around it, what is played, and what is said where nothing is."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.conversations.opened_source import (
    ABOUT_HERE,
    DELETED,
    GONE,
    NO_AUDIO,
    NO_TIMES,
    PROCESSING,
    UNHEARD,
    OpenedSource,
    opened_source,
)
from chat.models import Job, LoginSession, Quotation, Recording, Segment, Turn, WithdrawnAudio
from chat.models.word_times import WordTime, pack

from ..support.asked import asked, citing, recorded
from ..support.withdrawing import SECRET, move, quoted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

SAID = "As you know we ship in March if all goes well."
QUOTE = "we ship in March"


@pytest.fixture
def recording() -> Recording:
    """Seven segments; in the fourth each word is said in half a second, from 30 seconds on."""
    lines = ("One.", "Two.", "Three.", SAID, "Five.", "Six.", "Seven.")
    recording = recorded("Planning", *lines, audio="a.wav")
    words = re.finditer(r"\S+", SAID)
    times = [WordTime(word.start(), len(word[0]), 30 + at, 30.5 + at) for at, word in enumerate(words)]
    recording.segments.filter(number=4).update(words=pack(times))
    return recording


@pytest.fixture
def turn(login: LoginSession, recording: Recording) -> Turn:
    citation = citing(recording, segment=4, excerpt=SAID)
    return asked(login, answer=f"They said that {QUOTE} [1].", citations=[citation])


def opened(turn: Turn, number: int = 1) -> OpenedSource:
    found = opened_source(turn, number, turn.user_id)
    assert found
    return found


def test_two_segments_before_and_after_are_shown_with_the_quoted_words_marked(turn: Turn) -> None:
    lines = opened(turn).lines

    texts = [str(line.text) for line in lines]
    assert texts == ["Two.", "Three.", f"As you know <mark>{QUOTE}</mark> if all goes well.", "Five.", "Six."]
    assert [line.is_cited for line in lines] == [False, False, True, False, False]
    assert [line.is_new for line in lines] == [True, False, False, False, False]


def test_exactly_the_quoted_words_are_played_with_a_little_around_them(turn: Turn, recording: Recording) -> None:
    sound = opened(turn).sound

    assert sound
    assert (sound.start, sound.end) == (32.7, 36.8)  # from "we" at 33 to the end of "March" at 36.5
    assert sound.is_exact
    assert str(recording.uuid) in sound.address
    assert opened(turn).note == ""


def test_nothing_is_played_from_before_the_recording_began(login: LoginSession, recording: Recording) -> None:
    times = [WordTime(0, 3, 0.1, 0.4), WordTime(4, 2, 0.5, 0.9)]
    Segment.objects.filter(recording=recording, number=4).update(text="One to.", words=pack(times))
    turn = asked(login, answer="“One to.” [1]", citations=[citing(recording, segment=4, excerpt="One to.")])

    sound = opened(turn).sound

    assert sound
    assert sound.start == 0


def test_without_times_of_words_the_segment_is_played_and_the_page_says_so(turn: Turn, recording: Recording) -> None:
    recording.segments.update(words=None)

    source = opened(turn)

    assert source.sound
    assert (source.sound.start, source.sound.end, source.sound.is_exact) == (30.0, 40.0, False)
    assert source.note == ABOUT_HERE


def test_without_any_time_nothing_can_be_played(turn: Turn, recording: Recording) -> None:
    recording.segments.update(words=None, start=None, end=None)

    assert opened(turn).sound is None
    assert opened(turn).note == NO_TIMES
    assert len(opened(turn).lines) == 5


def test_a_recording_without_audio_is_read(turn: Turn) -> None:
    Recording.objects.update(audio="")

    assert opened(turn).sound is None
    assert opened(turn).note == NO_AUDIO
    assert len(opened(turn).lines) == 5


def test_a_recording_that_is_still_being_made_says_so(turn: Turn, recording: Recording, alice: User) -> None:
    Recording.objects.update(audio="")
    job = Job.objects.create(
        user=alice, collection=recording.collection, audio="incoming/a.wav", audio_name="a.wav", recording=recording
    )

    assert opened(turn).note == PROCESSING
    Job.objects.filter(pk=job.pk).update(state="ready")
    assert opened(turn).note == NO_AUDIO


def test_words_in_quotation_marks_are_played_although_they_are_few(login: LoginSession, recording: Recording) -> None:
    citation = citing(recording, segment=4, excerpt=SAID)
    turn = asked(login, answer="They ship “in March” [1].", citations=[citation])
    begin = SAID.index("in March")
    quotation = {"recording_uuid": recording.uuid, "segment": 4, "first": begin, "last": begin + 8, "number": 1}
    Quotation.objects.create(turn=turn, begin=11, end=19, is_marked=True, fidelity="same", speaker="Ana", **quotation)

    source = opened(turn)

    assert "<mark>in March</mark>" in str(source.lines[2].text)
    assert source.sound
    assert (source.sound.start, source.sound.end) == (34.7, 36.8)
    assert f"words=4:{begin}-{begin + 8}" in source.moment


def test_audio_that_was_withdrawn_is_named_with_the_day(turn: Turn, recording: Recording) -> None:
    WithdrawnAudio.objects.create(recording=recording)
    WithdrawnAudio.objects.update(withdrawn_at=datetime(2026, 5, 3, 12, tzinfo=UTC))
    Recording.objects.update(audio="")

    note = opened(turn).note

    assert note.startswith("The audio of this recording was withdrawn on 3 May 2026.")
    assert opened(turn).sound is None
    assert len(opened(turn).lines) == 5


def test_of_a_deleted_recording_the_words_remain_that_the_answer_has_kept(
    client: Client, alice: User, turn: Turn
) -> None:
    Recording.objects.all().delete()
    client.force_login(alice)

    page = client.get(f"/turns/{turn.uuid}/sources/1/").content.decode()

    assert opened(turn).note == DELETED
    assert DELETED in page
    assert QUOTE in page
    assert "Three." not in page
    assert "data-audio-address" not in page


def test_a_transcript_that_says_something_else_by_now_shows_what_the_answer_has_kept(turn: Turn) -> None:
    Segment.objects.filter(number=4).update(text="Something else.", words=None)

    assert opened(turn).note == GONE
    assert opened(turn).lines == []
    assert opened(turn).sound is None


def test_the_link_to_the_moment_has_the_time_the_words_and_the_segment(turn: Turn, recording: Recording) -> None:
    address = f"/recordings/{recording.uuid}/?t=32.7&words=4:12-28#segment-4"

    assert opened(turn).moment == address


def test_of_what_the_reader_may_no_longer_hear_nothing_is_shown(client: Client, login: LoginSession) -> None:
    scene = quoted(login)
    client.force_login(scene.turn.user)
    address = f"/turns/{scene.turn.uuid}/sources/1/"
    before = client.get(address).content.decode()
    move(scene)
    after = client.get(address).content.decode()

    assert SECRET in before
    assert SECRET not in after.casefold()
    assert str(scene.secret.uuid) not in after
    assert UNHEARD in after
    assert "Ask somebody who manages its collection" in after


def test_another_source_of_the_same_answer_is_shown_as_before(client: Client, login: LoginSession) -> None:
    scene = quoted(login)
    move(scene)
    client.force_login(scene.turn.user)

    page = client.get(f"/turns/{scene.turn.uuid}/sources/2/").content.decode()

    assert "heron" in page
    assert SECRET not in page.casefold()


@pytest.mark.parametrize("number", [0, 2, 999_999_999_999])
def test_a_source_that_the_answer_does_not_have_is_not_found(
    client: Client, alice: User, turn: Turn, number: int
) -> None:
    client.force_login(alice)

    assert client.get(f"/turns/{turn.uuid}/sources/{number}/").status_code == 404
