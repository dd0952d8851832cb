"""A service on the network that a search asks, and does without when it does not answer."""

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

from ..errors import GenerationFailed
from ..upstream.breaker import Breaker
from .embeddings.failures import EmbeddingFailed, kind_of

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

MOST_AT_ONCE = 32
"""Requests; threads wait for them, and one that hangs keeps its thread."""


class OptionalRemote:
    """Asks with the time limit of ``CHAT_RETRIEVAL_SECONDS``; what fails is one line in the log, and None.

    After some failures in a row it is left alone for a while, as a chat model is.
    """

    def __init__(self, name: str, *, load: Callable[[], object]) -> None:
        self.name = name
        self.breaker = Breaker()
        self._load = load
        """Imports what asking needs, which takes as long as it takes; once, so that no later search waits for ever."""
        self._is_loaded = False

    async def ask(self, work: Callable[[], T]) -> T | None:
        """What ``work`` returns, done in a thread; None when it cannot be had in time."""
        if not self._may_ask():
            return None
        try:
            loop = asyncio.get_running_loop()
            if not self._is_loaded:
                await loop.run_in_executor(_threads, self._load_once)
            async with asyncio.timeout(settings.CHAT_RETRIEVAL_SECONDS):
                answer = await loop.run_in_executor(_threads, work)
        except Exception as error:  # whatever a library raises, the search goes on without it
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
        logger.warning("%s did not answer (%s); the full text answers alone", self.name, reason)


class DaemonThreads(Executor):
    """Threads that the end of the process does not wait for: not every client has a time limit of its own."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._idle = Semaphore(0)
        self._lock = Lock()
        self._count = 0

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """As of any executor."""
        future: Future[T] = Future()
        self._tasks.put((future, partial(work, *args, **kwargs)))
        if not self._idle.acquire(blocking=False):
            self._grow()
        return future

    def _grow(self) -> None:
        with self._lock:
            if self._count < self._most:
                self._count += 1
                Thread(target=self._serve, daemon=True, name=f"network_{self._count}").start()

    def _serve(self) -> None:
        while True:
            future, work = self._tasks.get()
            if future.set_running_or_notify_cancel():  # nobody waits for it any more: it is not begun
                try:
                    future.set_result(work())
                except BaseException as error:  # it belongs to who waits for the future
                    future.set_exception(error)
            del future, work
            self._idle.release()


_threads = DaemonThreads(MOST_AT_ONCE)
