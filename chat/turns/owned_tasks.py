"""Background tasks of an owner: started, cancelled and reported in one place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")

logger = logging.getLogger(__name__)


class OwnedTasks:
    """The tasks of one owner. References keep them from garbage collection; a failure is logged once.

    ``on_failure`` gets an exception before it is logged, and returns True if it has handled it.
    """

    def __init__(self, owner: str, *, on_failure: Callable[[BaseException], bool] = lambda _: False) -> None:
        self._owner = owner
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[Any]] = set()
        self._was_started = False

    @property
    def have_started(self) -> bool:
        """Whether there was a task, even if it has ended."""
        return self._was_started

    def start(self, work: Coroutine[Any, Any, T], *, context: Context | None = None) -> asyncio.Task[T]:
        """Run ``work`` as a task until it ends or is cancelled, in a context if one is given."""
        task = asyncio.create_task(work, context=context)
        self._was_started = True
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def cancel(self) -> None:
        """Cancel all tasks except the one that calls this."""
        current = asyncio.current_task()
        for task in self._tasks:
            if task is not current:
                task.cancel()

    async def end(self, seconds: float) -> None:
        """Cancel all tasks and wait up to ``seconds`` for their end."""
        self.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error and not self._on_failure(error):
            logger.error("A task of %s failed", self._owner, exc_info=error)
