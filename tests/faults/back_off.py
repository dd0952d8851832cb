"""The pauses of a tab between its connections, as connection.js makes them."""

from __future__ import annotations

from random import Random

FIRST, GROWTH, LONGEST = 0.5, 1.3, 10.0
RESTART, TOO_FAST = 1012, 4429


class BackOff:
    """Random pauses that grow with each attempt until something arrives."""

    def __init__(self, rng: Random) -> None:
        self.restart_within: float | None = None
        self._rng = rng
        self._attempt = 0

    def reset(self) -> None:
        """Begin with short pauses again."""
        self._attempt = 0

    def delay(self, code: int) -> float:
        """Return the seconds to wait after a connection was closed with this code."""
        attempt, self._attempt = self._attempt, self._attempt + 1
        if code == RESTART:
            return self._rng.random() * (self.restart_within or 5.0)
        if code == TOO_FAST:
            return LONGEST * (0.5 + self._rng.random() / 2)
        return self._rng.random() * min(LONGEST, FIRST * GROWTH ** min(attempt, 12))
