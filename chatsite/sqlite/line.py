"""A lock that is given in the order in which it was asked for."""

from __future__ import annotations

from collections import deque
from threading import Lock


class Line:
    """The threads that want to write, one behind the other."""

    def __init__(self) -> None:
        self._mutex = Lock()
        self._places: deque[Lock] = deque()
        self._is_taken = False

    def enter(self, seconds: float) -> bool:
        """Wait for one's turn, at most for ``seconds``; whether it came."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            place = Lock()
            place.acquire()
            self._places.append(place)
        if place.acquire(timeout=max(0.0, seconds)):
            return True
        with self._mutex:
            if place in self._places:
                self._places.remove(place)
                return False
        return True  # it came in the last moment

    def leave(self) -> None:
        """It is the next one's turn."""
        with self._mutex:
            if self._places:
                self._places.popleft().release()
            else:
                self._is_taken = False
