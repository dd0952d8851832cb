"""What people do without a mouse."""

from __future__ import annotations

from playwright.async_api import Locator, Page

STOPS = 80
"""Tab stops after which an element counts as out of reach."""


async def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press the key until the element has the focus."""
    for _ in range(STOPS):
        if await target.evaluate("(element) => element === document.activeElement"):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{target} has not got the focus after {STOPS} tab stops")
