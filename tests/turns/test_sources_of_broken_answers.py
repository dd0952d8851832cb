"""An answer that breaks off keeps the sources of the markers that it shows, and what else its model got."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest
from pytest_django import Settings

from chat.answers.budget import of_prompt
from chat.answers.rag import Found
from chat.database import in_database
from chat.errors import GenerationFailed
from chat.models import Citation, Claim, DailyBudget, Ending, LoginSession, Recording, Segment, Turn
from chat.passages import Passage
from chat.turns.owner import Owner
from chat.turns.run import ShutDown
from chat.turns.runner import TurnRunner

from ..support.asked import asked, recorded
from ..support.scripts import Scripts

pytestmark = pytest.mark.django_db(transaction=True)

SAID = "We ship in March.", "Unless it rains, of course. Then in May."


@pytest.fixture
def passage(login: LoginSession) -> Passage:
    """What the search finds: two segments of one recording."""
    recording = recorded("Launch planning", *SAID)
    return Passage(recording, tuple(recording.segments.select_related("recording")), score=1.0, relevance=1.0)


def quoting(passage: Passage, number: int, excerpt: str, shown_at: int) -> Citation:
    segment = next(segment for segment in passage.segments if excerpt in segment.text)
    citation = Citation.quoting(passage.recording, segment, number, excerpt)
    citation.shown_at = shown_at
    return citation


async def begun(runner: TurnRunner, scripts: Scripts, login: LoginSession, passage: Passage) -> Turn:
    """Return a turn that streams and has shown ``In March [1]. Or in May [2]``, in two chunks."""
    turn = await in_database(asked, login, "When?", state="queued")
    runner.wake()
    scripts["When?"].say(Found([passage]), quoting(passage, 1, "We ship in March.", 12), "In March [1]")
    await until_seq(runner, turn, 1)
    scripts["When?"].say(quoting(passage, 2, "Then in May.", 26), ". Or in May [2]")
    await until_seq(runner, turn, 2)
    return turn


async def until_seq(runner: TurnRunner, turn: Turn, seq: int) -> None:
    async with aclosing(runner.follow(turn.uuid, 0)) as received:
        async for event in received:
            if getattr(event, "seq", 0) >= seq:
                return


async def end_of(runner: TurnRunner, turn: Turn) -> list[str]:
    """Return the kinds of the last events of a turn, from its citations on."""
    async with aclosing(runner.follow(turn.uuid, 2)) as received:
        kinds = [type(event).__name__ async for event in received]
    return kinds[kinds.index("Citations") :]


def cited(turn: Turn) -> list[tuple[int, str, str]]:
    found = Citation.objects.filter(turn=turn.pk, cited=True)
    return [(c.number, c.recording_title, c.excerpt) for c in found]


def given(turn: Turn) -> list[tuple[int, str, str]]:
    found = Citation.objects.filter(turn=turn.pk, cited=False)
    return [(c.number, c.recording_title, c.excerpt) for c in found]


GIVEN = (3, "Launch planning", "We ship in March.")


def test_what_a_model_only_got_is_kept_if_any_text_may_be_from_it(login: LoginSession, passage: Passage) -> None:
    got = Citation.given(passage.recording, passage.segments[0], 3)

    assert given(asked(login, answer="In March.", citations=[got])) == [GIVEN]
    assert given(asked(login, answer="In March", state="stopped", citations=[got])) == [GIVEN]
    assert given(asked(login, answer="", state="stopped", citations=[got])) == []


BOTH = [(1, "Launch planning", "We ship in March."), (2, "Launch planning", "Then in May.")]


async def test_a_stopped_answer_keeps_the_sources_of_the_text_that_its_reader_saw(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, passage: Passage
) -> None:
    turn = await begun(runner, scripts, login, passage)

    await in_database(Turn.objects.filter(pk=turn.pk).request_stop, 1)
    runner.wake()

    assert await end_of(runner, turn) == ["Citations", "Done"]
    assert await in_database(cited, turn) == BOTH[:1]
    assert await in_database(given, turn) == [GIVEN]


async def test_a_failed_answer_keeps_its_sources(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, passage: Passage
) -> None:
    turn = await begun(runner, scripts, login, passage)

    scripts["When?"].fail(GenerationFailed("broken off"))

    assert await end_of(runner, turn) == ["Citations", "Error"]
    assert await in_database(cited, turn) == BOTH
    assert await in_database(given, turn) == [GIVEN]


async def test_an_answer_that_a_restart_interrupts_keeps_its_sources(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, passage: Passage
) -> None:
    turn = await begun(runner, scripts, login, passage)

    runner.runs[turn.uuid].end(ShutDown())

    assert await end_of(runner, turn) == ["Citations", "Error"]
    assert await in_database(cited, turn) == BOTH


async def test_another_process_can_cite_for_an_owner_that_was_killed(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, passage: Passage, tmp_path: Path
) -> None:
    turn = await begun(runner, scripts, login, passage)

    assert await in_database(
        Turn.objects.interrupt, await in_database(Turn.objects.get, pk=turn.pk), {runner.owner.name}
    )

    other = TurnRunner(answer=scripts, owner=Owner(tmp_path / "other"))
    assert await end_of(other, turn) == ["Citations", "Error"]
    assert await in_database(cited, turn) == BOTH
    assert await in_database(given, turn) == [GIVEN]
    stored = await in_database(Turn.objects.get, pk=turn.pk)
    assert (stored.state, stored.answer, stored.passages) == ("interrupted", "In March [1]. Or in May [2]", None)


async def test_the_passages_are_stored_before_the_first_word(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, passage: Passage
) -> None:
    turn = await in_database(asked, login, "When?", state="queued")
    runner.wake()
    scripts["When?"].say(Found([passage]), "In ")
    await until_seq(runner, turn, 1)

    stored = await in_database(Turn.objects.get, pk=turn.pk)

    place = {"recording": passage.recording.pk, "uuid": str(passage.recording.uuid)}
    assert stored.passages == [place | {"first": 1, "last": 2, "cited": []}]


def test_a_marker_that_was_not_stored_in_time_has_no_source(login: LoginSession, passage: Passage) -> None:
    turn = asked(login, "When?", state="streaming", answer="In March")
    found = [{"recording": passage.recording.pk, "first": 1, "last": 2, "cited": [[1, 1, 0, 8, 12]]}]
    Turn.objects.filter(pk=turn.pk).update(passages=found)

    assert Turn.objects.interrupt(Turn.objects.get(pk=turn.pk), {Claim.of(turn).owner})

    assert cited(turn) == []
    assert given(turn) == [(2, "Launch planning", "We ship in March.")]


def test_a_recording_that_was_deleted_meanwhile_is_not_cited_and_does_not_block_the_end(
    login: LoginSession, passage: Passage
) -> None:
    turn = asked(login, "When?", state="streaming", answer="In March [1]")
    place = {"recording": passage.recording.pk, "uuid": str(passage.recording.uuid)}
    found = [place | {"first": 1, "last": 2, "cited": [[1, 1, 0, 8, 12]]}]
    Turn.objects.filter(pk=turn.pk).update(passages=found)
    Recording.objects.all().delete()

    assert Turn.objects.interrupt(Turn.objects.get(pk=turn.pk), {Claim.of(turn).owner})

    assert not Segment.objects.exists()
    assert Turn.objects.get(pk=turn.pk).answer == "In March [1]"
    assert cited(turn) == []
    [left] = Citation.objects.for_reader(login.user_id).filter(turn=turn.pk)
    assert (left.recording, left.recording_uuid, left.excerpt, left.is_heard) == (
        None,
        passage.recording.uuid,
        "",
        True,
    )


def test_an_answer_can_end_after_a_recording_that_it_cites_was_deleted(login: LoginSession, passage: Passage) -> None:
    turn = asked(login, "When?", state="streaming", answer="In March [1]")
    ending = Ending(
        state="complete",
        chunks=["In March [1]"],
        finish_reason="stop",
        citations=[quoting(passage, 1, "We ship in March.", 12)],
    )
    Recording.objects.all().delete()

    assert Turn.objects.finish(Claim.of(turn), ending)

    assert cited(turn) == BOTH[:1]
    assert Citation.objects.get(turn=turn.pk).recording is None


async def test_the_tokens_of_an_answer_that_breaks_off_are_estimated(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, passage: Passage, settings: Settings
) -> None:
    settings.CHAT_TOKENS_PER_DAY = 100_000
    turn = await begun(runner, scripts, login, passage)

    scripts["When?"].fail(GenerationFailed("no more"))
    await end_of(runner, turn)

    prompt = of_prompt("When?", [], [passage])
    assert (await in_database(DailyBudget.of, login.user_id)).tokens_used == prompt + 7  # 27 bytes of the answer
