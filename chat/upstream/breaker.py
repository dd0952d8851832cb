"""Whether it makes sense to ask a model at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic

from ..errors import GenerationFailed

FAILURES = 5
WITHIN_SECONDS = 30.0
OPEN_SECONDS = 30.0


class Breaker:
    """Opens after 5 failures within 30 s with no success between them; then every call fails at once, for 30 s.

    After that one call is let through as a trial, another one each 30 s; the first that succeeds closes it. A model
    that has said its first word has succeeded.
    """

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._next_trial: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the model is taken to be down."""
        return self._next_trial is not None

    def enter(self) -> None:
        """To be called before each call of the model. Raises ``GenerationFailed`` if it should not be made."""
        if self._next_trial is None:
            return
        if self._clock() < self._next_trial:
            raise GenerationFailed("the model failed too often; it is left alone for a while")
        self._next_trial = self._clock() + OPEN_SECONDS

    def succeeded(self) -> None:
        """The model has begun to answer."""
        self._failures.clear()
        self._next_trial = None

    def failed(self) -> None:
        """The model refused, could not be reached, or kept silent."""
        now = self._clock()
        self._failures.append(now)
        if self.is_open or (len(self._failures) == FAILURES and now - self._failures[0] <= WITHIN_SECONDS):
            self._next_trial = now + OPEN_SECONDS
