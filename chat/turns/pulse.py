"""The beat at which the streams of models are read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Pulse:
    """What is to be done at the next beat, by one call for all streams.

    If no beat comes for ``seconds`` there is one all the same, so that nobody waits for long.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: list[Callable[[], object]] = []
        self._timer: asyncio.TimerHandle | None = None

    def at_next(self, do: Callable[[], object]) -> None:
        """Call ``do``, which must not raise, at the next beat."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self.beat)
        self._waiting.append(do)

    def beat(self) -> None:
        """Do what waits for this beat."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        for do in waiting:
            do()
