"""A limit on how fast a client may send. No I/O."""

from __future__ import annotations


class Allowance:
    """A token bucket: it holds ``amount`` tokens, and refills evenly in ``seconds``."""

    __slots__ = ("_amount", "_at", "_left", "_rate")

    def __init__(self, amount: int, seconds: float, now: float) -> None:
        self._amount = float(amount)
        self._rate = amount / seconds
        self._left = float(amount)
        self._at = now

    def use(self, now: float) -> bool:
        """Take a token, and return whether one was left. ``now`` is monotonic seconds."""
        self._left = min(self._amount, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
