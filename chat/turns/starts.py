"""Submissions that start their turn at once, in threads: a drain waits until what they have started is driven."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from django.db import DatabaseError

CHECK_SECONDS = 0.005


class Starts:
    """The submissions under way that may start their turn for ``owner``, and how many may have done so unnoticed."""

    def __init__(self, owner: str) -> None:
        self.doubts = 0
        self._owner = owner
        self._lock = Lock()
        self._is_open = False
        self._under_way = 0

    def open(self) -> None:
        """Let submissions start their turns from now on."""
        self._is_open = True

    @contextmanager
    def one(self) -> Iterator[str]:
        """Yield the owner for whom the submission in this block may start its turn; empty if it may not."""
        with self._lock:
            may_start = self._is_open
            self._under_way += may_start
        try:
            yield self._owner if may_start else ""
        except DatabaseError:  # perhaps after the commit
            with self._lock:
                self.doubts += may_start
            raise
        finally:
            with self._lock:
                self._under_way -= may_start

    def settle(self, doubts: int) -> None:
        """Count these doubts no more: what the owner holds is known."""
        with self._lock:
            self.doubts -= doubts

    async def close(self, seconds: float) -> None:
        """Let no more turns be started, and wait at most ``seconds`` for the submissions under way."""
        with self._lock:
            self._is_open = False
        end = monotonic() + seconds
        while self._under_way and monotonic() < end:  # noqa: ASYNC110  # threads end them
            await asyncio.sleep(CHECK_SECONDS)
