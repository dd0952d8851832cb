"""Questions that the process that stores them drives at once, without looking for them in the queue."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from time import monotonic
from uuid import uuid4

import pytest
from django.db import OperationalError

from chat.database import in_database
from chat.models import LoginSession, Submission, Turn
from chat.turns import asking, events
from chat.turns.runner import TurnRunner
from chat.turns.starts import Starts
from chat.upstream import on_behalf

from ..support.scripts import Scripts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_runner(runner: TurnRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "runner", runner)


async def ask(login: LoginSession, question: str) -> Turn:
    submission = Submission(request_id=uuid4(), question=question)
    return (await in_database(asking.ask, login, submission, None)).turn


async def end_of(runner: TurnRunner, turn: Turn) -> events.Event:
    async with asyncio.timeout(20), aclosing(runner.follow(turn.uuid, 0)) as log:
        return [event async for event in log][-1]


async def test_a_question_is_driven_without_a_claim(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(Turn.objects), "claim", staticmethod(lambda _: []))

    turn = await ask(login, "When?")
    scripts["When?"].say("On Monday.").end()

    assert turn.is_streaming
    assert isinstance(await end_of(runner, turn), events.Done)


async def test_a_question_whose_client_goes_while_it_is_stored_is_answered(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, under_way = asyncio.get_running_loop(), asyncio.Event()
    monkeypatch.setattr(on_behalf, "keep_token", lambda *_: loop.call_soon_threadsafe(under_way.set))
    asked = asyncio.create_task(ask(login, "When?"))
    async with asyncio.timeout(20):
        await under_way.wait()
        asked.cancel()
        scripts["When?"].say("On Monday.").end()
        await scripts["When?"].asked.wait()

    assert isinstance(await end_of(runner, await in_database(Turn.objects.get)), events.Done)


async def test_a_question_that_was_started_although_storing_it_seemed_to_fail_is_driven(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_connection(*_: object, **__: object) -> None:
        raise OperationalError("the connection was lost after the commit")

    with monkeypatch.context() as patched:
        patched.setattr(runner, "drive", lose_connection)
        with pytest.raises(OperationalError):
            await ask(login, "When?")
    runner.wake()
    scripts["When?"].say("On Monday.").end()

    assert isinstance(await end_of(runner, await in_database(Turn.objects.get)), events.Done)


async def test_a_process_that_ends_starts_no_question(runner: TurnRunner, login: LoginSession) -> None:
    await runner.drain(0)

    assert (await ask(login, "When?")).is_queued


async def test_a_drain_waits_for_the_submissions_under_way() -> None:
    starts = Starts("me")
    starts.open()
    with starts.one() as owner:
        closing = asyncio.create_task(starts.close(20))
        await asyncio.sleep(0)
        assert owner == "me"
        assert not closing.done()
        with starts.one() as nobody:
            assert nobody == ""

    await asyncio.wait_for(closing, 20)


async def test_a_drain_waits_no_longer_than_it_may() -> None:
    starts, began = Starts("me"), monotonic()
    starts.open()
    with starts.one():
        await starts.close(0.01)

    assert monotonic() - began < 10
