"""Long work that its caller can watch and stop: a heartbeat while a request is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from contextvars import copy_context
from threading import Event, Thread
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")

TICK_SECONDS = 1.0


def watched(work: Coroutine[Any, Any, T], tick: Callable[[], None]) -> T:
    """Return the result of asynchronous work, and call ``tick`` every second until then.

    The work runs in a thread of its own, so ``tick`` may use the database. What it raises cancels the work, which
    closes its connections.
    """
    outcome: Future[T] = Future()
    stops: list[Callable[[], object]] = []
    running = Event()

    async def main() -> T:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(task.cancel))
        running.set()
        return await task

    def run() -> None:
        try:
            outcome.set_result(asyncio.run(main()))
        except BaseException as error:  # also cancellation: whoever waits gets it
            outcome.set_exception(error)
        finally:
            running.set()

    thread = Thread(target=copy_context().run, args=(run,), name="transcription", daemon=True)
    thread.start()
    try:
        while not wait([outcome], TICK_SECONDS).done:
            tick()
    except BaseException:
        running.wait()
        if not outcome.done():
            stops[0]()
        thread.join()
        raise
    thread.join()
    return outcome.result()


def pause(seconds: float, tick: Callable[[], None]) -> None:
    """Wait for so long, with a heartbeat."""
    until = monotonic() + seconds
    never = Event()
    while (left := until - monotonic()) > 0:
        never.wait(min(TICK_SECONDS, left))
        tick()
