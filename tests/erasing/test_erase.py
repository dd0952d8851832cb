"""Erasing a speaker leaves no word of theirs: a canary over the whole database, streaming answers, and a kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from chat.erasing.erase import erase
from chat.models import (
    REMOVED,
    REMOVED_SPEAKER,
    Claim,
    Conversation,
    DataExport,
    Feedback,
    IndexedPassage,
    LoginSession,
    PassageVector,
    Recording,
    ReviewLabel,
    Segment,
    TraceExport,
    Turn,
)
from chat.people.exporting import ask_for_export
from chat.traces.trace import trace_of
from chat.upkeep.purge import empty_log

from ..support.asked import asked, citing, ending_as
from ..support.importing import run
from .erased import CANARY, OTHER, SAID, answer_of, erased, given, places_of, plan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


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
    asked(login, "Who?", answer=f"It is {CANARY}.", citations=[given(recording)])
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
