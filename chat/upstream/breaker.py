"""A circuit breaker for calls of a model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic

from ..errors import ModelUnreachable

FAILURES = 5
WITHIN_SECONDS = 30.0
OPEN_SECONDS = 30.0


class Breaker:
    """A circuit breaker: it opens after 5 failures within 30 s without a success, and then every call fails at once.

    After 30 s it allows one trial call, and another one every 30 s; the first that succeeds closes it. A call succeeds
    with its first token.
    """

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._next_trial: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the model counts as unavailable."""
        return self._next_trial is not None

    def enter(self) -> None:
        """Raise ``ModelUnreachable`` if the model must not be called now; call this before each call of the model."""
        if self._next_trial is None:
            return
        if self._clock() < self._next_trial:
            raise ModelUnreachable("the model failed too often; the circuit breaker is open")
        self._next_trial = self._clock() + OPEN_SECONDS

    def succeeded(self) -> None:
        """Record that the model has begun to answer."""
        self._failures.clear()
        self._next_trial = None

    def failed(self) -> None:
        """Record that the model refused the call, could not be reached, or stayed silent."""
        now = self._clock()
        self._failures.append(now)
        if self.is_open or (len(self._failures) == FAILURES and now - self._failures[0] <= WITHIN_SECONDS):
            self._next_trial = now + OPEN_SECONDS
