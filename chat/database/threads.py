"""Threads for the database work of asynchronous code, and retries while the database is unavailable.

Channels runs the database work of all its consumers in one thread, so one slow search would hold up every stream.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Barrier
from time import monotonic
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connection, connections

from .outage import UNAVAILABLE, outage
from .priority import YieldingThreads

P = ParamSpec("P")
T = TypeVar("T")

STORAGE_SECONDS = 15.0
"""How long work is retried while the database is locked, full or away."""
RETRY_SECONDS = 0.25


def threads_for(database: str, processors: int) -> int:
    """Return how many threads do database work at once.

    SQLite works in these threads, and text waits until each of them has ended what it has begun: there are as many as
    processors, at least two and at most four. Those of another database mostly wait for it: there are four.
    """
    return min(max(processors, 2), 4) if database == "sqlite" else 4


THREADS = threads_for(connection.vendor, os.cpu_count() or 1)
_threads = YieldingThreads(max_workers=THREADS, thread_name_prefix="database")


async def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work`` in one of the database threads and return its result."""
    return await in_thread(_threads, work, *args, **kwargs)


async def in_thread(threads: Executor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run database work in one of ``threads`` and return its result; a connection that failed is not used again."""
    call = partial(copy_context().run, _with_connection, partial(work, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(threads, call)


class FewThreads:
    """Threads for the database work of many other ones: their connections stay open, and the many do not work at once.

    Each of many threads would open a connection of its own, and the event loop wait for all of them to yield the
    interpreter.
    """

    def __init__(self, count: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)

    def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run database work in one of them, and return its result. For threads; the work does not call this again.

        Within a transaction do it here: no other connection sees what that has written.
        """
        if connection.in_atomic_block:
            return work(*args, **kwargs)
        call = partial(copy_context().run, _with_connection, partial(work, *args, **kwargs))
        return self._threads.submit(call).result()


def close_connections() -> None:
    """Close the connection of each database thread when its current work ends; its next work reconnects."""
    all_threads = Barrier(THREADS)

    def close(_: int) -> None:
        all_threads.wait()
        connection.close()

    list(_threads.map(close, range(THREADS)))


def give_back_connection() -> None:
    """Close the connection of this thread, or give it to its pool, unless a transaction needs it.

    A view that streams calls this: Django itself does so only after the end of the response.
    """
    for each in connections.all(initialized_only=True):
        if not each.in_atomic_block:
            each.close()


async def persist(work: Callable[[], Awaitable[T]]) -> T:
    """Do ``work``, and retry it for ``STORAGE_SECONDS`` while the database is unavailable; then raise the error."""
    give_up = monotonic() + STORAGE_SECONDS
    while True:
        try:
            return await work()
        except UNAVAILABLE:
            if monotonic() > give_up:
                raise
            await asyncio.sleep(RETRY_SECONDS)


def _with_connection(work: Callable[[], T]) -> T:
    outage.fail_fast()
    try:
        return work()
    except UNAVAILABLE as error:
        outage.record(error, is_away=connection.connection is None)
        connection.close()
        raise
    finally:
        # A SQLite connection costs a millisecond to open and nothing to keep; one to a server goes back to its pool.
        if connection.vendor != "sqlite":
            close_old_connections()
