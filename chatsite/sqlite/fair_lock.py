"""A lock that threads acquire in the order in which they requested it."""

from __future__ import annotations

from collections import deque
from threading import Lock


class FairLock:
    """A first-come, first-served lock: a thread that locks often cannot keep the others out."""

    def __init__(self) -> None:
        self._mutex = Lock()
        self._waiting: deque[Lock] = deque()
        self._is_taken = False

    def acquire(self, seconds: float) -> bool:
        """Wait for the lock at most ``seconds``. Return whether it was acquired."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            granted = Lock()
            granted.acquire()
            self._waiting.append(granted)
        if granted.acquire(timeout=max(0.0, seconds)):
            return True
        with self._mutex:
            if granted in self._waiting:
                self._waiting.remove(granted)
                return False
        return True  # another thread granted it just after the timeout

    def release(self) -> None:
        """Hand the lock to the thread that has waited longest."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False
