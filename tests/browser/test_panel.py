"""A source beside its answer, and its sound: exactly the quoted words of a recording whose times are known."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from ..support.accessibility import violations
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess
from ..support.spoken_times import time_of, write
from ..support.talking import KEY, LEAK
from .listening import heard, listening_context

pytestmark = pytest.mark.browser

Start = Callable[..., SiteProcess]

LONG = 30_000


@pytest.fixture
async def listening(browser: Browser) -> AsyncIterator[Page]:
    """A page that keeps what it lets be heard."""
    async with listening_context(browser) as context:
        yield await context.new_page()


async def asked(start_site: Start, page: Page) -> None:
    """Ask a site about the recording, and wait for the answer."""
    site = start_site(CHAT_MODEL="python:tests.support.talking:with_quotations")
    site.manage("import_recordings", str(write(site.folder)))
    await sign_in(page, site)
    await page.locator("[data-question-input]").fill("What about the blue pump at the gate and the spare key?")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-turns] [data-turn]")).to_have_attribute("data-state", "complete", timeout=LONG)


def marker(page: Page, number: int) -> Locator:
    return page.locator("[data-answer] a[href^='#source-']").nth(number)


async def test_the_panel_plays_exactly_the_quoted_words(listening: Page, start_site: Start) -> None:
    page = listening
    await asked(start_site, page)
    panel = page.get_by_role("region", name="Source 1 of 2")

    await marker(page, 0).click()
    await expect(panel).to_be_focused()
    await expect(panel.locator("mark")).to_have_text(LEAK)
    await expect(panel.locator(".opened__segment")).to_have_count(5)
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert await violations(page) == []
    first, last = time_of(LEAK)

    start, end = await heard(page, last)
    assert start == pytest.approx(first - 0.3, abs=0.15)
    assert end == pytest.approx(last + 0.3, abs=0.15)

    await panel.get_by_role("combobox", name="Speed").select_option("2")
    await panel.get_by_role("button", name="Hear the whole answer").click()
    status = page.get_by_role("status").filter(has_text=re.compile("."))
    await expect(status.filter(has_text="Next: Mara Quist")).to_be_visible()
    await expect(status.filter(has_text="Next: Tom Reed")).to_be_visible(timeout=LONG)
    await expect(page.get_by_role("region", name="Source 2 of 2").locator("mark")).to_have_text(KEY)
    await expect(status.filter(has_text="That was the whole answer.")).to_be_visible(timeout=LONG)

    await page.get_by_role("button", name="Copy link to this moment").click()
    await expect(page.locator("[data-announcer]")).to_have_text("Copied")
    link = await page.evaluate("navigator.clipboard.readText()")
    await page.goto(link)
    begun = time_of(KEY)[0] - 0.3
    await page.wait_for_function(f"() => Math.abs(document.querySelector('[data-audio]').currentTime - {begun}) < 0.01")
    await expect(page.locator("#segment-4 mark")).to_have_text(KEY)
    await expect(page.locator("#segment-4 mark")).to_be_in_viewport()
    await page.goto(link.partition("#")[0].replace("words=", "other="))
    await expect(page).to_have_url(re.compile("#segment-4$"))
