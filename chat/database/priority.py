"""Priority for the text of answers: while a process reads, stores and sends it, no other work begins.

The text of all streams goes through the event loop and one transaction together. A question or the end of an answer
needs the same interpreter, and the one lock of SQLite: begun in those milliseconds, it delays the readers of all.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from typing_extensions import override

P = ParamSpec("P")
T = TypeVar("T")

LIMIT_SECONDS = 0.04
"""The longest that other work waits at a time: it must go on even if each commit takes long."""


class Priority:
    """Says whether text is on its way, to the tasks of the event loop and to threads."""

    def __init__(self) -> None:
        self._is_over: asyncio.Event | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._may_begin = threading.Event()
        self._may_begin.set()

    def begin(self) -> None:
        """Let other work wait until ``end``, but no longer than ``LIMIT_SECONDS``."""
        if self._is_over is None:
            self._is_over = asyncio.Event()
            self._timer = asyncio.get_running_loop().call_later(LIMIT_SECONDS, self.end)
            self._may_begin.clear()

    def end(self) -> None:
        """Let other work begin."""
        self._may_begin.set()
        if self._timer:
            self._timer.cancel()
        if self._is_over:
            self._is_over.set()
        self._is_over = self._timer = None

    async def over(self) -> None:
        """Wait until no text is on its way. For tasks of the event loop."""
        if self._is_over:
            await self._is_over.wait()

    def wait(self) -> None:
        """Wait until no text is on its way. For threads."""
        self._may_begin.wait(LIMIT_SECONDS)


text_first = Priority()
"""The priority of text in this process."""


class YieldingThreads(ThreadPoolExecutor):
    """Threads whose work begins only when no text is on its way."""

    @override
    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        def begin() -> T:
            text_first.wait()
            return work(*args, **kwargs)

        return super().submit(begin)
