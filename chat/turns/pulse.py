"""The beat at which the streams of models are read."""

from __future__ import annotations

import asyncio


class Pulse:
    """A signal for many tasks, again and again: each beat wakes those that wait at that moment.

    If none comes for ``seconds`` there is one all the same, so that nobody waits for long.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiters: list[asyncio.Future[None]] = []
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self) -> None:
        """Return at the next beat."""
        loop = asyncio.get_running_loop()
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self.beat)
        waiter = loop.create_future()
        self._waiters.append(waiter)
        await waiter

    def beat(self) -> None:
        """Wake all who wait."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
