"""The threads in which the synchronous parts of requests run. They stay, with their connections, for later requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.db import connections
from typing_extensions import override


class RequestThreads:
    """Threads of which each serves one request at a time: as many as there are requests, of which ``most`` stay.

    Without this, Django starts a thread for each request, and another one that waits for its end; and on SQLite the
    request opens a connection, which takes a millisecond, and has its statements compiled again.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._idle: list[ThreadPoolExecutor] = []

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Run the synchronous parts of the block in the idle thread that was used last, or in a new one."""
        thread = _ThreadOfRequest(self._take)
        try:
            async with ThreadSensitiveContext(executor=thread):
                yield
        finally:
            thread.give_back(self._keep)

    def _take(self) -> ThreadPoolExecutor:
        return self._idle.pop() if self._idle else ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")

    def _keep(self, thread: ThreadPoolExecutor) -> None:
        if len(self._idle) < self._most:
            self._idle.append(thread)
        else:
            thread.submit(connections.close_all)
            thread.shutdown(wait=False)


class _ThreadOfRequest(Executor):
    """Takes a thread at the first call: until its body has come, a request needs none."""

    def __init__(self, take: Callable[[], ThreadPoolExecutor]) -> None:
        self._take = take
        self._thread: ThreadPoolExecutor | None = None
        self._last: Future[Any] | None = None

    @override
    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
        self._thread = self._thread or self._take()
        self._last = self._thread.submit(*args, **kwargs)
        return self._last

    def give_back(self, keep: Callable[[ThreadPoolExecutor], None]) -> None:
        """Have the thread kept when it is idle: a view goes on after its client has left and its request has ended."""
        thread, last = self._thread, self._last
        if thread is None or last is None:
            return
        if last.done() and not last.cancelled():  # and so are all before it
            keep(thread)
        else:
            thread.submit(lambda: None).add_done_callback(lambda _: keep(thread))
