"""A person at the keyboard and the mouse, whose steps are counted."""

from __future__ import annotations

import time

from playwright.async_api import Locator, Page


class Hands:
    """Count the steps in a page, and the seconds since the first. A step is a click, a key chord or a field filled."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps = 0
        self._began = 0.0

    @property
    def seconds(self) -> float:
        """The seconds since the first step."""
        return time.monotonic() - self._began

    async def click(self, place: Locator) -> None:
        """Click. It fails if something covers the place, or if a person would have to scroll to it first."""
        self._count()
        await place.click(timeout=10_000)

    async def press(self, chord: str) -> None:
        """Press keys together, for example ``Control+v``."""
        self._count()
        await self.page.keyboard.press(chord)

    async def fill(self, field: Locator, text: str) -> None:
        """Fill a field."""
        self._count()
        await field.fill(text, timeout=10_000)

    async def open(self, address: str) -> None:
        """Follow a link from outside, for example from a mail."""
        self._count()
        await self.page.goto(address)

    async def go_back(self) -> None:
        """Press the Back button of the browser, which a browser without a window has no key for."""
        self._count()
        await self.page.go_back()

    def _count(self) -> None:
        if not self.steps:
            self._began = time.monotonic()
        self.steps += 1
