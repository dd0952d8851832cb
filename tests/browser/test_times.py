"""Times on the pages, as their reader writes them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from .fake_pages import conversations_html, turn_html
from .fake_site import FakeSite
from .live import TURN, open_page, turn_element

pytestmark = pytest.mark.browser

ASKED = datetime(2026, 2, 3, 2, 5, 7, tzinfo=UTC)
EXACT = re.compile("^Montag, 2. Februar 2026 um 21:05:07 ")
NOW = datetime(2026, 2, 3, 14, 30, tzinfo=UTC)


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """The browser of a German in New York."""
    context = await browser.new_context(locale="de-DE", timezone_id="America/New_York")
    yield context
    await context.close()


async def test_a_time_is_shown_in_the_zone_and_the_language_of_the_reader(fake: FakeSite, page: Page) -> None:
    await open_page(fake, page, turn_html(TURN, "complete", text="Green.", seq=1, created_at=ASKED))

    time = turn_element(page).locator("time.turn__time")
    await expect(time).to_have_text("02.02.2026, 21:05")
    await expect(time).to_have_attribute("title", EXACT)


async def test_a_time_that_comes_later_is_shown_so_too(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    html = turn_html(TURN, "complete", text="Green.", seq=1, created_at=ASKED)

    await socket.send_event("done", turn=TURN, seq=1, state="complete", html=html)

    await expect(turn_element(page).locator("time.turn__time")).to_have_text("02.02.2026, 21:05")


async def test_the_list_of_conversations_says_how_long_ago_they_are(fake: FakeSite, page: Page) -> None:
    await page.clock.install(time=NOW)
    fake.pages["/conversations/"] = (200, conversations_html({"Price": ASKED.replace(day=3, hour=14), "Seal": ASKED}))
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    await socket.send_event("done", turn=TURN, seq=0, state="complete", html=turn_html(TURN, "complete"))
    await page.clock.run_for(1_000)
    listed = page.locator("[data-conversations]")

    await expect(listed.locator("time").first).to_have_text(re.compile("^vor 24 m"))
    await expect(listed.locator("time").last).to_have_text("gestern")
    await expect(listed.locator("time").last).to_have_attribute("title", EXACT)
    await expect(listed.locator("[data-day]")).to_have_text(["Today", "Yesterday"])
    await page.clock.run_for(60_000)
    await expect(listed.locator("time").first).to_have_text(re.compile("^vor 25 m"))


async def test_without_a_script_the_times_are_those_of_the_server(fake: FakeSite, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    fake.show(turn_html(TURN, "complete", text="Green.", seq=1, created_at=ASKED))

    await page.goto(f"{fake.url}/c/{fake.conversation}/")

    await expect(turn_element(page).locator("time.turn__time")).to_have_text("3 Feb 2026, 02:05")
    await context.close()
