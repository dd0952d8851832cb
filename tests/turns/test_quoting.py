"""The quotations of an answer are compared with what its model was given when its turn ends, however it ends."""

from __future__ import annotations

import pytest

from chat.answers.rag import Found, Retracted
from chat.database import in_database
from chat.errors import GenerationFailed
from chat.models import Collection, LoginSession, Quotation, Turn
from chat.passages import Passage
from chat.turns import quoting
from chat.turns.runner import TurnRunner

from ..support.asked import asked, recorded
from ..support.scripts import Scripts
from ..support.turns import read

pytestmark = pytest.mark.django_db(transaction=True)

QUOTED = "“We ship in March”"


async def begun(runner: TurnRunner, scripts: Scripts, login: LoginSession) -> Turn:
    """Return a turn whose model was given a recording."""
    recording = await in_database(recorded, "Launch planning", "We ship in March.")
    segments = await in_database(lambda: tuple(recording.segments.all()))
    turn = await in_database(asked, login, "When?", state="queued")
    runner.wake()
    scripts["When?"].say(Found([Passage(recording, segments, 1.0, 1.0)]))
    return turn


async def quoted(turn: Turn) -> list[tuple[str, str]]:
    """Return the quotations of a turn with what became of them."""
    turn = await in_database(Turn.objects.get, pk=turn.pk)
    found = await in_database(lambda: list(Quotation.objects.filter(turn=turn)))
    return [(turn.answer[each.begin : each.end], each.fidelity) for each in found]


async def test_they_are_stored_with_the_answer(runner: TurnRunner, scripts: Scripts, login: LoginSession) -> None:
    turn = await begun(runner, scripts, login)
    scripts["When?"].say(f"A thought: {QUOTED}", Retracted(), f"Yes: {QUOTED}, “we ship in May”.").end()

    await read(runner, turn)

    assert await quoted(turn) == [(QUOTED, "same"), ("“we ship in May”", "differs")]


async def test_an_answer_that_breaks_off_has_them_too(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    turn = await begun(runner, scripts, login)
    scripts["When?"].say(f"Yes: {QUOTED}, “we sh").fail(GenerationFailed("broken"))

    await read(runner, turn)

    assert await quoted(turn) == [(QUOTED, "same")]


async def test_a_long_answer_is_compared_in_a_thread(runner: TurnRunner, scripts: Scripts, login: LoginSession) -> None:
    turn = await begun(runner, scripts, login)
    scripts["When?"].say("So they say. " * 1_000, f"Yes: {QUOTED}.").end()

    await read(runner, turn)

    assert await quoted(turn) == [(QUOTED, "same")]


async def test_an_answer_is_stored_whatever_becomes_of_the_comparison(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr(quoting, "compared", fail)
    turn = await begun(runner, scripts, login)
    scripts["When?"].say(f"Yes: {QUOTED}.").end()

    await read(runner, turn)

    assert await in_database(lambda: Turn.objects.get(pk=turn.pk).answer) == f"Yes: {QUOTED}."
    assert await quoted(turn) == []


async def test_what_the_recording_has_elsewhere_is_found_and_only_while_it_is_heard(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    said = "We ship in March.", "The price stays below it.", "And who pays for the probe?"
    recording = await in_database(recorded, "Launch planning", *said)
    first = await in_database(lambda: tuple(recording.segments.all()[:1]))
    moved = await in_database(recorded, "Elsewhere", *said[:2], collection=await in_database(_of_nobody))
    given = [Passage(each, first, 1.0, 1.0) for each in (recording, moved)]
    turn = await in_database(asked, login, "When?", state="queued")
    runner.wake()
    answer = f"{QUOTED}, “the price stays below it”, Ben said: “who pays for the probe”, “we never ship meters”."

    scripts["When?"].say(Found(given), answer).end()
    await read(runner, turn)

    assert [fidelity for _, fidelity in await quoted(turn)] == ["same", "same", "same", "not_found"]
    assert {each.recording_uuid for each in await in_database(lambda: list(turn.quotations.all()))} == {
        recording.uuid,
        None,
    }


def _of_nobody() -> Collection:
    return Collection.objects.create(name="Board")
