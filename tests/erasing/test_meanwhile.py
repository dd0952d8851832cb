"""An erasure beside deletions, answers that are written, legal holds, failures and other erasures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.db.utils import IntegrityError

from chat.erasing.erase import erase
from chat.erasing.eraser import Eraser
from chat.models import (
    REMOVED,
    REMOVED_SPEAKER,
    AccessEvent,
    Claim,
    Collection,
    Conversation,
    ErasedSpeaker,
    ErasurePlan,
    InvalidRequest,
    LoginSession,
    Recording,
    Segment,
    SpeakerErasure,
    Turn,
    holding,
)
from chat.models.access.kinds import Kind
from chat.models.conversation import title_from

from ..support.asked import asked, citing, ending_as, quoting
from .erased import CANARY, OTHER, SAID, answer_of, erased, places_of, plan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


def test_who_was_erased_is_not_erased_again(login: LoginSession, recording: Recording) -> None:
    answer_of(login, recording)
    erased(replaces_name=True)

    with pytest.raises(InvalidRequest, match="erased already"):
        ErasurePlan(REMOVED_SPEAKER, Collection.objects.all()).begin(None, replaces_name=True)


def test_what_answers_quote_of_a_deleted_recording_goes_too(login: LoginSession, recording: Recording) -> None:
    turn = answer_of(login, recording)
    recording.delete()

    erased()

    [event] = AccessEvent.objects.of_collection(recording.collection.uuid).filter(kind=Kind.SPEAKER_ERASED)
    assert event.details == {"recordings": 0}

    turn.refresh_from_db()
    assert turn.answer == f"{REMOVED} The budget is 400 euros. [2]"
    assert places_of(CANARY.casefold()) == []


@pytest.mark.parametrize("left", [0, 1])
def test_a_recording_that_is_deleted_meanwhile_leaves_nothing(
    login: LoginSession, recording: Recording, left: int
) -> None:
    turn = answer_of(login, recording)
    erasure, digest = plan().begin(None), recording.digest
    steps = iter(range(left))

    def rest() -> None:
        if next(steps, None) is None:
            Recording.objects.all().delete()

    if not left:
        Recording.objects.all().delete()
    assert erase(erasure, "a test", rest)

    turn.refresh_from_db()
    assert turn.answer == f"{REMOVED} The budget is 400 euros. [2]"
    assert ErasedSpeaker.objects.filter(key=ErasedSpeaker.key_of(digest, "Ana")).exists()
    assert places_of(CANARY.casefold()) == []


def test_an_answer_that_names_no_source_goes_whole_if_they_speak_in_what_its_model_got(
    login: LoginSession, recording: Recording
) -> None:
    given = citing(recording, 1, segment=2, excerpt=OTHER)
    given.cited, given.speaker = False, "Bob"
    turn = asked(login, answer=f"It is {CANARY}. So it is.", citations=[given])

    erased()

    turn.refresh_from_db()
    assert turn.answer == REMOVED
    assert turn.citations.get().excerpt == OTHER


@pytest.mark.parametrize("replaces_name", [False, True])
@pytest.mark.parametrize("cited", [False, True])
def test_an_answer_whose_source_was_cleaned_before_it_ended_is_cleaned(
    login: LoginSession, recording: Recording, *, cited: bool, replaces_name: bool
) -> None:
    turn = asked(login, answer=f"The {CANARY} ships. [1]", state="streaming")

    def end_it() -> None:
        still, segment = Turn.objects.get(pk=turn.pk), Segment.objects.get(number=1)
        if still.is_streaming and segment.text == REMOVED:
            source = citing(recording, 1, excerpt=REMOVED)
            source.speaker, source.cited = segment.speaker, cited
            ending = ending_as("interrupted", f"The {CANARY} ships. [1]", [source])
            Turn.objects.finish(Claim.of(still), ending)

    erased(end_it, replaces_name=replaces_name)

    turn.refresh_from_db()
    assert turn.answer == REMOVED
    assert places_of(CANARY.casefold()) == []


def test_a_hold_keeps_an_answer_until_it_is_released(login: LoginSession, recording: Recording, alice: User) -> None:
    turn = answer_of(login, recording)
    erasure = plan().begin(None, replaces_name=True)
    hold = holding.place(alice, name="Case 7", reason="A claim", actor=None)

    assert not erase(erasure, "a test", lambda: None)

    erasure.refresh_from_db()
    assert "Answers kept: 1." in erasure.refusal
    assert "Case 7" in erasure.refusal
    assert (erasure.finished_at, erasure.name) == (None, "Ana")
    assert not Segment.objects.filter(text=SAID).exists()
    assert not erasure.claim("another")

    holding.release(hold, actor=None)
    erasure.resume()
    assert erase(erasure, "a test", lambda: None)
    turn.refresh_from_db()
    assert turn.answer == f"{REMOVED} The budget is 400 euros. [2]"
    assert places_of(CANARY.casefold()) == []


def test_a_question_that_waits_is_cleaned_when_it_has_ended(login: LoginSession, recording: Recording) -> None:
    turn = answer_of(login, recording)
    waiting = asked(login, f"Is it so that {SAID}", conversation=turn.conversation, state="queued")

    def end_it() -> None:
        if not Segment.objects.filter(text=SAID).exists():
            Turn.objects.filter(pk=waiting.pk, state="queued").end(None)

    erased(end_it)

    assert places_of(CANARY.casefold()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"answer": f"More words than there were before in this whole answer. {REMOVED}"},
        {"chunk_lengths": [1]},
        {"answer": "Something else."},
    ],
)
def test_the_schema_lets_an_answer_lose_words_and_nothing_else(
    login: LoginSession, recording: Recording, change: dict[str, Any]
) -> None:
    turn, erasure = answer_of(login, recording), plan().begin(None)
    row = Turn.objects.filter(pk=turn.pk)
    with pytest.raises(IntegrityError):
        row.update(answer=REMOVED, chunk_lengths=[len(REMOVED)], erased_at=Now())  # nobody works on it
    assert erasure.claim("a test")

    with pytest.raises(IntegrityError):
        row.update(**change, erased_at=Now())
    assert row.update(answer=REMOVED, chunk_lengths=[len(REMOVED)], erased_at=Now())


def test_one_that_fails_keeps_no_other_from_its_turn(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = plan().begin(None), plan().begin(None)

    def fail_first(erasure: SpeakerErasure, owner: str, rest: Callable[[], object]) -> bool:
        if erasure.pk == first.pk:
            assert erasure.claim(owner)
            raise ValueError
        return erase(erasure, owner, lambda: None)

    monkeypatch.setattr("chat.erasing.eraser.erase", fail_first)
    Eraser("a test").look()

    second.refresh_from_db()
    assert second.finished_at
    assert not first.claim("a test")


def test_the_command_continues_only_what_it_began_and_within_its_collections(recording: Recording) -> None:
    erasure, elsewhere = plan().begin(None), Collection.objects.create(name="Elsewhere")

    assert plan().unfinished(replaces_name=False) == erasure
    assert plan().unfinished(replaces_name=True) is None
    assert ErasurePlan("Ana", Collection.objects.filter(pk=elsewhere.pk)).unfinished(replaces_name=False) is None


def test_the_command_waits_no_longer_than_somebody_answers(
    login: LoginSession, recording: Recording, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("chat.management.commands.erase_speaker.PATIENCE_SECONDS", 0.0)
    answered = answer_of(login, recording)
    waiting = asked(login, "And who waits?", state="queued")

    with pytest.raises(CommandError, match="1 question did not end, and no process of the site answers"):
        call_command("erase_speaker", "Ana", yes=True)

    assert "1 question may still get these words" in capsys.readouterr().out
    answered.refresh_from_db()
    assert REMOVED in answered.answer
    Turn.objects.filter(pk=waiting.pk).end(None)
    call_command("erase_speaker", "Ana", yes=True)
    assert SpeakerErasure.objects.get().finished_at


def test_a_title_made_of_the_question_is_made_of_what_is_left(login: LoginSession, recording: Recording) -> None:
    question = f"Who was it that told us all about this: {SAID}"
    turn = asked(login, question, answer="Ana. [1]", citations=[citing(recording, 1, excerpt=SAID)])
    assert turn.conversation.title == title_from(question)

    erased()

    turn.refresh_from_db()
    assert Conversation.objects.get().title == title_from(turn.question)


def test_what_an_answer_is_compared_with_goes_too(login: LoginSession, recording: Recording) -> None:
    answer = f"“We have decided that {CANARY} ships in summer”. Bob: “{OTHER[:-1]}”. All: “We like expensive meters”."
    turn = asked(login, answer=answer, quotations=quoting(answer, recording))
    assert [each.fidelity for each in turn.quotations.all()] == ["differs", "same", "not_found"]

    erased()

    turn.refresh_from_db()
    assert places_of(CANARY.casefold()) == []
    same, not_found = turn.quotations.all()
    assert turn.answer[same.begin : same.end] == f"“{OTHER[:-1]}”"
    assert turn.answer[not_found.begin : not_found.end] == "“We like expensive meters”"
