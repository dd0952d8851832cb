"""Reading the events of a turn whose model a test scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from pytest_django import Settings

from chat.database import in_database
from chat.models import Turn
from chat.turns import events
from chat.turns.runner import TurnRunner

from .upstream import Upstream

QUESTION = "When does the Heron launch?"
PATIENCE = 30


async def read(
    runner: TurnRunner, turn: Turn, until: Callable[[events.Event], bool] = lambda event: False
) -> list[events.Event]:
    """Return the events of a turn, to its end or to the first event for which ``until`` is true."""
    runner.wake()
    seen: list[events.Event] = []
    async with asyncio.timeout(PATIENCE), aclosing(runner.follow(turn.uuid, 0)) as log:
        async for event in log:
            seen.append(event)
            if until(event):
                break
    return seen


async def time_out(runner: TurnRunner, turn: Turn, upstream: Upstream, settings: Settings, text: str = "") -> None:
    """Let the turn time out as silent, but only after the call of the model and any ``text`` of three words."""
    runner.wake()
    async with asyncio.timeout(PATIENCE):
        await upstream.called.wait()
    if text:
        await read(runner, turn, lambda event: isinstance(event, events.Token) and event.content.endswith("3"))
    settings.CHAT_FIRST_TOKEN_SECONDS = settings.CHAT_IDLE_SECONDS = 0.0


async def stored(turn: Turn) -> Turn:
    """Return the turn as it is in the database."""
    return await in_database(Turn.objects.get, pk=turn.pk)


def text_of(seen: list[events.Event]) -> str:
    """Return the text of all tokens."""
    return "".join(event.content for event in seen if isinstance(event, events.Token))
