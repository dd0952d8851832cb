"""A real site whose WebSockets do not get through: asking and reading work all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.async_api import Page, expect

from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.browser

Start = Callable[..., SiteProcess]
BRIEFLY = "python:tests.support.talking:briefly"
LONG = 60_000


async def ask(page: Page, question: str) -> None:
    await page.locator("[data-question-input]").fill(question)
    await page.keyboard.press("Enter")


async def asks_and_reads(site: SiteProcess, page: Page, *, banner: str) -> None:
    """Ask two questions in the first second of a page, and read both answers on it, below this banner."""
    await ask(page, "When does the Heron launch?")
    await ask(page, "Who decided it?")

    answers = page.locator('[data-turns] [data-turn][data-state="complete"] [data-answer]')
    await expect(answers).to_have_count(2, timeout=LONG)
    await expect(answers.nth(1)).to_contain_text("word20")
    await expect(page.locator("[data-banner]")).to_contain_text(banner, timeout=LONG)
    assert site.rows("SELECT question FROM chat_turn ORDER BY id") == [
        ("When does the Heron launch?",),
        ("Who decided it?",),
    ]
    assert site.rows("SELECT COUNT(DISTINCT conversation_id) FROM chat_turn") == [(1,)]
    await ask(page, "And then?")
    await expect(answers).to_have_count(3, timeout=LONG)


async def test_where_the_origin_is_refused_questions_go_out_as_forms(start_site: Start, browser_page: Page) -> None:
    site = start_site(CHAT_MODEL=BRIEFLY, ORIGINS="http://elsewhere.example")
    await sign_in(browser_page, site)

    await asks_and_reads(site, browser_page, banner="Live connections are blocked here.")


async def test_the_cookies_of_a_sign_on_proxy_do_not_block_the_socket(start_site: Start, browser_page: Page) -> None:
    site = start_site(CHAT_MODEL=BRIEFLY, SERVER="uvicorn")
    await sign_in(browser_page, site)
    cookies = [{"name": f"other{number}", "value": "x" * 3_900, "url": site.url} for number in range(3)]
    await browser_page.context.add_cookies(cookies)  # type: ignore[arg-type]
    await browser_page.goto(site.url)

    await asks_and_reads(site, browser_page, banner="")
    await expect(browser_page.locator("[data-banner]")).to_be_hidden()
