"""Erasing a speaker leaves no word of theirs: a canary over the whole database, streaming answers, and a kill."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
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
    DataExport,
    ErasedSpeaker,
    ErasurePlan,
    Feedback,
    IndexedPassage,
    InvalidRequest,
    LoginSession,
    PassageVector,
    Recording,
    ReviewLabel,
    Segment,
    SpeakerErasure,
    TraceExport,
    Turn,
    holding,
)
from chat.models.access.kinds import Kind
from chat.models.conversation import title_from
from chat.people.exporting import ask_for_export
from chat.retrieval import index
from chat.traces.trace import trace_of
from chat.upkeep.purge import empty_log

from ..support.asked import asked, citing, ending_as, recorded
from ..support.importing import run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

CANARY = "Zephyrquartz"
SAID = f"We have decided that {CANARY} ships in early spring."
OTHER = "Bob says that the budget is four hundred euros."


@pytest.fixture
def media(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def recording(db: None) -> Recording:
    """A recording in which Ana says the canary and Bob something else."""
    recording = recorded("Launch planning", SAID, OTHER)
    recording.segments.filter(number=2).update(speaker="Bob")
    index([recording])
    return recording


def answer_of(login: LoginSession, recording: Recording) -> Turn:
    """Return a turn that cites Ana, and then Bob."""
    other = citing(recording, 2, segment=2, excerpt=OTHER)
    other.speaker = "Bob"
    cited = [citing(recording, 1, excerpt=SAID), other]
    return asked(login, "What ships?", answer=f"The {CANARY} ships. [1] The budget is 400 euros. [2]", citations=cited)


def plan(**more: Any) -> ErasurePlan:
    return ErasurePlan("Ana", Collection.objects.all(), **more)


def erased(rest: Callable[[], object] = lambda: None, **more: Any) -> SpeakerErasure:
    erasure = plan().begin(None, **more)
    assert erase(erasure, "a test", rest)
    erasure.refresh_from_db()
    return erasure


def places_of(word: str) -> list[str]:
    """Return every column of every table of the database that has a word, also in indexes of words and in parts."""
    introspection = connection.introspection
    found = []
    with connection.cursor() as cursor:
        for table in introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # names of our own tables
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                found += [f"{table}.{name}" for name, value in zip(names, row, strict=True) if word in _text(value)]
    return sorted(set(found))


def _text(value: object) -> str:
    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode("utf-8", "replace")
    return raw.decode("latin-1").casefold()


def test_no_table_has_a_word_of_theirs_any_more(
    login: LoginSession, alice: User, bob: User, recording: Recording
) -> None:
    passage = IndexedPassage.objects.get()
    PassageVector.objects.create(passage=passage, model="m", dimensions=1, vector=b"\0\0\0\0")
    turn = answer_of(login, recording)
    follow_up = asked(
        login,
        f"Is it so that {SAID}",
        conversation=turn.conversation,
        answer=f"Yes: have decided that {CANARY} ships in.",
    )
    asked(login, "Who?", answer=f"It is {CANARY}.", citations=[_given(recording)])
    Feedback.give(turn, "down", "wrong", f"No: “{SAID}”")
    ReviewLabel.give(turn, bob, "good", SAID)
    Conversation.objects.filter(pk=turn.conversation_id).update(earlier_title=CANARY)
    TraceExport.schedule(10)
    ask_for_export(alice, "")
    before = places_of(CANARY.casefold())
    assert {"chat_segment.text", "chat_citation.excerpt", "chat_turn.answer", "chat_turn.question"} <= set(before)

    erasure = erased()

    assert places_of(CANARY.casefold()) == []
    assert not PassageVector.objects.exists()
    assert not DataExport.objects.exists()
    turn.refresh_from_db()
    follow_up.refresh_from_db()
    assert turn.answer == f"{REMOVED} The budget is 400 euros. [2]"
    assert "".join(turn.answer_after(0)) == turn.answer
    assert turn.erased_at
    assert REMOVED in follow_up.question
    assert Segment.objects.get(number=2).text == OTHER
    assert turn.citations.get(number=2).excerpt == OTHER
    assert erasure.answers.count() == 3
    assert erasure.finished_at
    assert CANARY not in str(trace_of(turn, with_texts=True))


@pytest.mark.only_on("sqlite")
def test_the_file_of_sqlite_has_no_word_of_theirs(login: LoginSession, recording: Recording) -> None:
    file = Path(str(connection.settings_dict["NAME"]))
    answer_of(login, recording)
    empty_log()
    assert CANARY.encode() in file.read_bytes()

    erased()

    left = file.read_bytes() + file.with_name(f"{file.name}-wal").read_bytes()
    assert CANARY.encode() not in left
    assert CANARY.casefold().encode() not in left


def test_an_answer_that_is_written_meanwhile_is_cleaned_when_it_has_ended(
    login: LoginSession, recording: Recording
) -> None:
    turn = asked(login, "What ships?", answer=f"The {CANARY} ships. [1]", state="streaming")
    citation = citing(recording, 1, excerpt=SAID)

    def end_it() -> None:
        still = Turn.objects.get(pk=turn.pk)
        if still.is_streaming and not Segment.objects.filter(text=SAID).exists():
            Turn.objects.finish(Claim.of(still), ending_as("complete", f"The {CANARY} ships. [1]", [citation]))

    erasure = erased(end_it)

    turn.refresh_from_db()
    assert turn.answer == REMOVED
    assert erasure.answers.get().turn == turn
    assert places_of(CANARY.casefold()) == []


def test_it_may_be_killed_at_any_moment_and_continued(login: LoginSession, recording: Recording) -> None:
    for _ in range(3):
        answer_of(login, recording)
    erasure = plan().begin(None)
    kills = 0
    while True:
        steps = iter(range(kills + 1))

        def rest(steps: Any = steps) -> None:
            if next(steps, None) is None:
                raise KeyboardInterrupt

        try:
            assert erase(erasure, "a test", rest)
            break
        except KeyboardInterrupt:
            kills += 1

    assert kills >= 3
    assert places_of(CANARY.casefold()) == []
    assert [answer.places for answer in erasure.answers.all()] == [2, 2, 2]


def test_nobody_else_works_on_it_at_the_same_time(recording: Recording) -> None:
    erasure = plan().begin(None)
    assert erasure.claim("another")

    assert not erase(erasure, "a test", lambda: None)
    assert Segment.objects.filter(text=SAID).exists()


def test_the_name_goes_as_well_if_that_is_asked_for(login: LoginSession, recording: Recording) -> None:
    turn = answer_of(login, recording)

    erasure = erased(replaces_name=True)

    assert turn.citations.get(number=1).speaker == REMOVED_SPEAKER
    assert not Segment.objects.filter(speaker="Ana").exists()
    assert places_of("ana") == []
    assert erasure.name == ""


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
    assert "1 answers kept" in erasure.refusal
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


def test_a_title_made_of_the_question_is_made_of_what_is_left(login: LoginSession, recording: Recording) -> None:
    question = f"Who was it that told us all about this: {SAID}"
    turn = asked(login, question, answer="Ana. [1]", citations=[citing(recording, 1, excerpt=SAID)])
    assert turn.conversation.title == title_from(question)

    erased()

    turn.refresh_from_db()
    assert Conversation.objects.get().title == title_from(turn.question)


def test_importing_the_transcript_again_brings_nothing_back(tmp_path: Path, db: None) -> None:
    file = tmp_path / "talk.txt"
    file.write_text(f"Ana: {SAID}\nBob: {OTHER}\n")
    run(file)
    erased()
    assert run(file).out.startswith("0 imported, 1 unchanged")
    Recording.objects.all().delete()

    result = run(file)

    assert "Left out: the words of 1 segments" in result.out
    assert list(Segment.objects.values_list("speaker", "text")) == [("Ana", REMOVED), ("Bob", OTHER)]
    assert places_of(CANARY.casefold()) == []


def test_the_command_says_what_there_is_and_erases_only_when_told(
    login: LoginSession, recording: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    turn = answer_of(login, recording)

    call_command("erase_speaker", "Ana")
    said = capsys.readouterr().out
    assert "1 recording, 1 segment, 1 passage. 1 answer of 1 person quotes them." in said
    assert "Nothing was changed." in said
    assert Segment.objects.filter(text=SAID).exists()

    call_command("erase_speaker", "Ana", yes=True)
    assert f"changed: answer {turn.uuid}, places: 2" in capsys.readouterr().out
    assert places_of(CANARY.casefold()) == []


def _given(recording: Recording) -> Any:
    given = citing(recording, 1, excerpt=SAID)
    given.cited = False
    return given
