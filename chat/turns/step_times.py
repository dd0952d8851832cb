"""The time that each step of an answer takes: pure, without a clock of its own."""

from __future__ import annotations


class StepTimes:
    """The time that a turn has spent in each phase, summed if it repeats. Times are monotonic seconds."""

    def __init__(self, phase: str, at: float) -> None:
        self._phase, self._since = phase, at
        self._seconds: dict[str, float] = {}

    def enter(self, phase: str, at: float) -> None:
        """Start a phase, and end the one before."""
        self._seconds[self._phase] = self._seconds.get(self._phase, 0.0) + at - self._since
        self._phase, self._since = phase, at

    def milliseconds(self, at: float) -> dict[str, int]:
        """Return the milliseconds spent in each phase so far, including the current one."""
        self.enter(self._phase, at)
        return {phase: round(1000 * seconds) for phase, seconds in self._seconds.items()}
