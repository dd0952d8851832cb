"""A working day without a mouse: ask, check, hear, read on, come back, search, stop."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from ..support.site_process import SiteProcess
from .by_keyboard import tab_to

pytestmark = pytest.mark.browser

LONG = 30_000


async def ask(page: Page, question: str) -> None:
    await page.keyboard.press("/")  # unless the box has the focus, which then has the character
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type(question)
    await page.keyboard.press("Enter")


def turn(page: Page) -> Locator:
    return page.locator("[data-turns] [data-turn][data-state]").last


async def test_a_day_is_done_by_keyboard(signed_in_page: Page, site: SiteProcess) -> None:
    page = signed_in_page
    await ask(page, "What was decided about the silicone seal?")
    await expect(turn(page)).to_have_attribute("data-state", "complete", timeout=LONG)

    marker = turn(page).locator("[data-answer] a").first
    await tab_to(page, marker, "Shift+Tab")
    await page.keyboard.press("Enter")
    panel = page.get_by_role("region", name=re.compile("^Source 1 of"))
    await expect(panel).to_be_focused()

    play = panel.locator("[data-sound-play]")
    await expect(play).to_be_visible()
    await page.keyboard.press("Space")
    await expect(play).to_have_attribute("data-state", "playing")
    await page.keyboard.press("Space")
    await expect(play).to_have_attribute("data-state", "silent")

    await tab_to(page, panel.locator("a"))
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/recordings/.*#segment-"))
    await expect(page.locator("mark").first).to_be_in_viewport()
    await page.go_back()  # Alt+Left, which a browser without a window does not have
    await expect(turn(page).locator("[data-answer]")).to_be_visible()

    await page.keyboard.press("ControlOrMeta+k")
    await page.keyboard.type("recalibration")
    await page.keyboard.press("Enter")
    await expect(page.locator("main mark").first).to_be_in_viewport()

    await page.goto(site.url)
    await ask(page, "What did Tom promise about the battery, the price and the launch?")
    await expect(turn(page).locator("[data-answer]")).not_to_be_empty()
    await page.keyboard.press("Escape")
    await expect(turn(page)).to_have_attribute("data-state", re.compile("stopped|complete"))
