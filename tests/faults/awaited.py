"""What a tab has received, and waiting until it has received more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .history import History
from .reading import Reading

SIGNED_OUT = 4401


class Awaited:
    """The state of a tab that a test waits for; ``_notify`` wakes those who wait when it has changed."""

    def __init__(self, name: str, history: History) -> None:
        self.name, self.history = name, history
        self.turns: dict[str, Reading] = {}
        self.closes: list[int] = []
        self.is_open = False
        self.opened_at = 0.0
        self._changed = asyncio.Condition()

    async def end_of(self, turn: str, seconds: float = 60.0) -> dict[str, Any]:
        """Wait for the terminal event of a turn and return it."""
        await self.until(lambda: self._has_ended(turn), seconds)
        return self.turns[turn].end or {}

    async def until_seq(self, turn: str, seq: int, seconds: float = 60.0) -> None:
        """Wait for a chunk or the end of the turn."""
        await self.until(lambda: self._has_ended(turn) or (turn in self.turns and self.turns[turn].seq >= seq), seconds)

    async def until_open(self, since: float = 0.0) -> None:
        """Wait for a connection opened after ``since`` (monotonic seconds)."""
        await self.until(lambda: self.is_open and self.opened_at > since)

    async def until_shown(self, turn: str) -> None:
        await self.until(lambda: turn in self.turns)

    async def until_progress(self, since: int) -> None:
        """Wait for text or an end among the records after the first ``since``."""
        progress = ("token", "done", "error")
        await self.until(
            lambda: any(r.tab == self.name and r.data.get("type") in progress for r in self.history.records[since:])
        )

    async def until_signed_out(self) -> None:
        """Wait until the site has closed the socket because the person is signed out."""
        await self.until(lambda: SIGNED_OUT in self.closes)

    async def until(self, holds: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until a condition holds; events and connections may change it. Raise ``TimeoutError``."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(holds)

    def _has_ended(self, turn: str) -> bool:
        return turn in self.turns and not self.turns[turn].is_live

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
