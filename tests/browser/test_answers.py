"""What a reader can do with the sources of an answer on a running site."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.async_api import Locator, Page, expect

from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.browser

LONG = 30_000


def turn(page: Page) -> Locator:
    return page.locator("[data-turns] [data-turn][data-state]").last


async def ask(page: Page, question: str) -> None:
    await page.locator("[data-question-input]").fill(question)
    await page.keyboard.press("Enter")
    await expect(turn(page)).to_have_attribute("data-state", "complete", timeout=LONG)


async def test_one_click_asks_only_in_one_of_the_recordings(signed_in_page: Page) -> None:
    page = signed_in_page
    await ask(page, "How much does the Heron cost?")

    await turn(page).get_by_role("button", name="Heron launch planning").click()

    await expect(page.locator("[data-turn][data-state=complete]")).to_have_count(2, timeout=LONG)
    await expect(turn(page).locator("[data-question]")).to_have_text("How much does the Heron cost?")
    await expect(turn(page).locator(".source__title").first).to_be_visible()
    titles = await turn(page).locator(".source__title").all_inner_texts()
    assert set(titles) == {"Heron launch planning"}
    await expect(turn(page).locator(".ask-only")).to_have_count(0)


async def test_an_answer_without_sources_says_so_and_shows_what_the_model_got(
    start_site: Callable[..., SiteProcess], browser_page: Page
) -> None:
    site = start_site(CHAT_MODEL="python:tests.support.talking:without_sources")
    await sign_in(browser_page, site)
    await ask(browser_page, "When does the Heron launch?")

    await expect(turn(browser_page).locator("[data-uncited]")).to_be_in_viewport()
    await turn(browser_page).locator("[data-given] summary").click()
    await expect(turn(browser_page).locator("[data-given] li.source").first).to_be_in_viewport()
    await expect(turn(browser_page).locator("[data-given]").get_by_role("button", name="Play").first).to_be_visible()
