"""Times on the pages, as their reader writes them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess
from .fake_pages import conversations_html, opened_html, turn_html
from .fake_site import FakeSite
from .live import TURN, open_page, turn_element

pytestmark = pytest.mark.browser

ASKED = datetime(2026, 2, 3, 2, 5, 7, tzinfo=UTC)
EXACT = re.compile("^Montag, 2. Februar 2026 um 21:05:07 ")
NOW = datetime(2026, 2, 3, 14, 30, tzinfo=UTC)
LAST_NOON_OF_JANUARY = """
from datetime import UTC, datetime
from chat.models import Conversation
Conversation.objects.update(asked_at=datetime(2025, 1, 31, 12, 0, tzinfo=UTC))
"""


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


async def test_the_day_of_a_recording_is_written_so_in_the_panel_of_a_source(fake: FakeSite, page: Page) -> None:
    fake.pages[f"/turns/{TURN}/sources/1/"] = (200, opened_html(1, recorded_on=ASKED.date()))
    await open_page(fake, page, turn_html(TURN, "complete", text="Green [1].", seq=1, sources=1))

    await page.locator("[data-answer] a[href^='#source-']").click()

    await expect(page.locator("[data-panel] time")).to_have_text("03.02.2026")


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


# Days


async def test_days_and_periods_are_those_of_the_reader_and_without_a_script_those_of_the_site(
    start_site: Callable[..., SiteProcess], browser: Browser
) -> None:
    site = start_site()
    context = await browser.new_context(timezone_id="Pacific/Kiritimati")
    page = await context.new_page()
    await sign_in(page, site)
    await page.locator("[data-question-input]").fill("How much does the Heron cost?")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-turn][data-state=complete]")).to_have_count(1, timeout=30_000)
    site.manage("shell", "--no-imports", "-c", LAST_NOON_OF_JANUARY)

    await page.goto(f"{site.url}/conversations/all/")
    await expect(page.locator(".rows__day")).to_have_text("February 2025")
    await page.get_by_label("Time of the last question").select_option("February 2025")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("main .rows li")).to_have_count(1)

    await context.clear_cookies(name="zone")
    blind = await browser.new_context(java_script_enabled=False, storage_state=await context.storage_state())
    page = await blind.new_page()
    await page.goto(f"{site.url}/conversations/all/")
    await expect(page.locator(".rows__day")).to_have_text("January 2025")
    await blind.close()
    await context.close()
