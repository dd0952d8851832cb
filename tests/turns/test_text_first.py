"""What begins only when no text is on its way: asking the model, ending a turn, storing that, and rendering it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from chat.answers import rag
from chat.database import in_database, priority
from chat.database.priority import Priority
from chat.live import rendered_ends
from chat.llm import Delta
from chat.models import Ending, LoginSession, Phase, Turn
from chat.turns import group_commit, run
from chat.turns.group_commit import GroupCommit
from chat.turns.quoting import with_quotations
from chat.turns.runner import TurnRunner
from chat.upkeep import demo

from ..support.answering import ScriptedModel
from ..support.asked import asked, ending_as
from ..support.hearing import scope_of
from ..support.scripts import Scripts
from .test_group_commit import PATIENCE, commits, open_log, stored

__all__ = ["commits"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def text_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[ModuleType], Priority]]:
    """Let a module find text on its way until the test says ``end``."""
    monkeypatch.setattr(priority, "LIMIT_SECONDS", 60.0)
    own = Priority()

    def begin(module: ModuleType) -> Priority:
        monkeypatch.setattr(module, "text_first", own)
        own.begin()
        return own

    yield begin
    own.end()


async def turns_of_the_loop() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_model_is_asked(text_in: Callable[[ModuleType], Priority], monkeypatch: pytest.MonkeyPatch) -> None:
    model = ScriptedModel(Delta("On 28 April [1]."), Delta("", "stop"))
    monkeypatch.setattr(rag, "loaded_model", lambda: asyncio.sleep(0, model))
    await in_database(demo.load)
    answer = rag.answer("When does the Heron launch?", history=(), scope=await in_database(scope_of))
    while await anext(answer) != Phase.WAITING:
        pass
    text = text_in(rag)
    asking = asyncio.ensure_future(anext(answer))
    await turns_of_the_loop()
    waits = not model.messages

    text.end()

    await asyncio.wait_for(asking, PATIENCE)
    assert (waits, bool(model.messages)) == (True, True)


async def test_a_turn_ends(
    text_in: Callable[[ModuleType], Priority],
    runner: TurnRunner,
    scripts: Scripts,
    login: LoginSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = asyncio.Event()

    async def compare(*args: Any) -> Ending:
        compared.set()
        return await with_quotations(*args)

    monkeypatch.setattr(run, "with_quotations", compare)
    text = text_in(run)
    turn = await in_database(lambda: asked(login, state="queued"))
    runner.wake()
    async with asyncio.timeout(PATIENCE):
        await scripts[turn.question].asked.wait()
        scripts[turn.question].say("On Monday.").end()
        await asyncio.wait([runner.runs[turn.uuid]._pump])
        await turns_of_the_loop()
        waits = not compared.is_set()

        text.end()

        await compared.wait()
    assert waits


async def test_the_end_of_a_turn_is_stored(
    text_in: Callable[[ModuleType], Priority], commits: GroupCommit, login: LoginSession
) -> None:
    log = await open_log(commits, login)
    text = text_in(priority)
    ending = asyncio.create_task(commits.finish(log, ending_as("complete", "In April.")))
    await asyncio.wait([ending], timeout=0.1)
    waits = not ending.done()

    text.end()

    assert (waits, await asyncio.wait_for(ending, PATIENCE)) == (True, True)


async def test_a_turn_is_rendered(
    text_in: Callable[[ModuleType], Priority], login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = list[UUID]()

    def render(turn_uuid: UUID, _: object) -> tuple[str, float]:
        rendered.append(turn_uuid)
        return "", 0.0

    monkeypatch.setattr(rendered_ends, "_render", render)
    turn: Turn = await in_database(asked, login)
    text = text_in(rendered_ends)
    rendering = rendered_ends.rendered_ends.html_of(turn.uuid, None)
    await asyncio.wait([rendering], timeout=0.1)
    waits = not rendered

    text.end()

    await asyncio.wait_for(rendering, PATIENCE)
    assert (waits, rendered) == (True, [turn.uuid])


async def test_other_work_is_held_back_shortly_before_a_commit_of_all(
    commits: GroupCommit, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(priority, "LIMIT_SECONDS", 60.0)
    monkeypatch.setattr(group_commit, "NOTICE_SECONDS", 120.0)
    monkeypatch.setattr(group_commit, "FIRST_TEXT_SECONDS", 0.1)
    log = await open_log(commits, login)
    await commits.append(log, "It launches")
    await stored(log, 1)
    commits.add(log, " in April")

    async with asyncio.timeout(PATIENCE):
        while priority.text_first._is_over is None:  # noqa: ASYNC110  # it has no event of its own
            await asyncio.sleep(0.005)

    assert log.chunks == ["It launches"]
