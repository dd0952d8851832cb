"""When the stream of a model is read on: at once, unless whoever stores its words sets another pace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

Pace = Callable[[Callable[[], Any]], None]
"""A function that calls the one that it gets when the stream may be read on; what has come by then is read together."""
Read = Callable[[Pace], Awaitable[bytes]]
"""A function that returns the next piece of a body once it has arrived, at this pace, and an empty one at the end."""


def at_once(read_on: Callable[[], Any]) -> None:
    """Let the stream be read on without a pause."""
    read_on()


pace: ContextVar[Pace] = ContextVar("pace", default=at_once)


def paced(read: Callable[[], Awaitable[bytes]]) -> Read:
    """Return the same for the reader of a library, which receives whenever something comes: it waits to be called."""

    async def read_at(its_pace: Pace) -> bytes:
        if its_pace is not at_once:
            may_read = asyncio.Event()
            its_pace(may_read.set)
            await may_read.wait()
        return await read()

    return read_at
