"""How often the stream of a model is read: for each of its words, unless whoever stores the words sets another pace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

Pace = Callable[[], Awaitable[None]]


async def _at_once() -> None:
    return


pace: ContextVar[Pace] = ContextVar("pace", default=_at_once)
"""A function that returns when the stream may be read on; what has come by then is read together."""
