"""How long the steps of an answer take: pure, without a clock of its own."""

from __future__ import annotations


class StepTimes:
    """The time that was spent in each phase. A phase that comes again is added up. Times are monotonic seconds."""

    def __init__(self, phase: str, at: float) -> None:
        self._phase, self._since = phase, at
        self._seconds: dict[str, float] = {}

    def enter(self, phase: str, at: float) -> None:
        """From now on it is in this phase."""
        self._seconds[self._phase] = self._seconds.get(self._phase, 0.0) + at - self._since
        self._phase, self._since = phase, at

    def milliseconds(self, at: float) -> dict[str, int]:
        """Each phase so far with the milliseconds that it took, the one that lasts included."""
        self.enter(self._phase, at)
        return {phase: round(1000 * seconds) for phase, seconds in self._seconds.items()}
