"""A gate that is nearly always open."""

from __future__ import annotations

import asyncio


class Gate:
    """An ``asyncio.Event``, set at first, which has a place for those who wait only while it is not."""

    __slots__ = ("_opened",)

    def __init__(self) -> None:
        self._opened: asyncio.Event | None = None

    def set(self) -> None:
        """Open, and let everybody through who waits."""
        if self._opened:
            self._opened.set()
            self._opened = None

    def clear(self) -> None:
        """Close."""
        self._opened = self._opened or asyncio.Event()

    def is_set(self) -> bool:
        """Return whether it is open."""
        return self._opened is None

    async def wait(self) -> None:
        """Return when it is open."""
        if self._opened:
            await self._opened.wait()
