"""The places in which a process takes pieces: a limited part of its memory and time, and a share for each user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class NoPlace(Exception):
    """All places that the user may have were taken the whole time."""


class Places:
    """Places for ``most`` pieces at the same time, and for at most ``share`` of one user; the others wait unread.

    Without the share one user with slow connections would keep all others from sending anything.
    """

    def __init__(self, most: int, share: int) -> None:
        self.most, self.share = most, share
        self._taken = Counter[int]()
        self._change = Condition()

    @contextmanager
    def take(self, user_id: int, seconds: float) -> Iterator[None]:
        """Have a place for the block. Raise ``NoPlace`` if there is none within so many seconds."""
        with self._change:
            if not self._change.wait_for(lambda: self._is_free(user_id), seconds):
                raise NoPlace
            self._taken[user_id] += 1
        try:
            yield
        finally:
            with self._change:
                self._taken[user_id] -= 1
                self._taken += Counter()  # forgets who has none
                self._change.notify_all()

    def _is_free(self, user_id: int) -> bool:
        return self._taken.total() < self.most and self._taken[user_id] < self.share
