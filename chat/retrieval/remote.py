"""A remote system that a search asks, and does without if it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from threading import Lock, Semaphore, Thread
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from typing_extensions import override

from ..errors import GenerationFailed
from ..upstream.breaker import Breaker
from .embeddings.failures import EmbeddingFailed, kind_of

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

MOST_AT_ONCE = 32
"""Concurrent requests; each has a thread that waits for it, and one that hangs keeps its thread."""


class OptionalRemote:
    """An endpoint or index that a search asks for at most ``CHAT_RETRIEVAL_SECONDS``, and does without if it fails.

    Each failure is logged in one line. After several in a row the breaker opens, and for a while no request is sent, as
    with a chat model.
    """

    def __init__(self, name: str, *, load: Callable[[], object]) -> None:
        self.name = name
        self.breaker = Breaker()
        self._load = load
        """Imports what a request needs: once and without a time limit, so that no later search is slowed down by it."""
        self._is_loaded = False

    async def ask(self, work: Callable[[], T]) -> T | None:
        """Run ``work`` in a thread and return its result; None if it fails or takes too long."""
        if not self._may_ask():
            return None
        try:
            loop = asyncio.get_running_loop()
            if not self._is_loaded:
                await loop.run_in_executor(_threads, self._load_once)
            async with asyncio.timeout(settings.CHAT_RETRIEVAL_SECONDS):
                answer = await loop.run_in_executor(_threads, work)
        except Exception as error:  # libraries may raise anything; the search goes on without the result
            self._failed(error)
            return None
        self.breaker.succeeded()
        return answer

    def _load_once(self) -> None:
        if not self._is_loaded:
            self._load()
            self._is_loaded = True

    def _may_ask(self) -> bool:
        try:
            self.breaker.enter()
        except GenerationFailed:
            return False
        return True

    def _failed(self, error: Exception) -> None:
        self.breaker.failed()
        reason = str(error) if isinstance(error, EmbeddingFailed) else kind_of(error)
        logger.warning("%s failed (%s); searching without it", self.name, reason)


class DaemonThreads(Executor):
    """A thread pool that the process does not wait for when it ends: not every client has a timeout."""

    def __init__(self, max_workers: int) -> None:
        self._max_workers = max_workers
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._idle = Semaphore(0)
        self._lock = Lock()
        self._count = 0

    @override
    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        self._tasks.put((future, partial(work, *args, **kwargs)))
        if not self._idle.acquire(blocking=False):
            self._grow()
        return future

    def _grow(self) -> None:
        with self._lock:
            if self._count < self._max_workers:
                self._count += 1
                Thread(target=self._serve, daemon=True, name=f"network_{self._count}").start()

    def _serve(self) -> None:
        while True:
            future, work = self._tasks.get()
            if future.set_running_or_notify_cancel():  # False if it was cancelled, as after a timeout
                try:
                    future.set_result(work())
                except BaseException as error:  # whoever waits for the future handles it
                    future.set_exception(error)
            del future, work
            self._idle.release()


_threads = DaemonThreads(MOST_AT_ONCE)
