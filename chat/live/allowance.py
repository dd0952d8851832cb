"""How much a client may send: a buffer without input or output."""

from __future__ import annotations


class Allowance:
    """At most ``amount`` in any ``seconds``, smoothed: what is used comes back evenly over time (a token bucket)."""

    def __init__(self, amount: int, seconds: float, now: float) -> None:
        self._amount = float(amount)
        self._rate = amount / seconds
        self._left = float(amount)
        self._at = now

    def use(self, now: float) -> bool:
        """Use one, and return whether there was one left. ``now`` is monotonic seconds."""
        self._left = min(self._amount, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
