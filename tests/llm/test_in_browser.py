"""What a user sees with each client of a chat model, in a real browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import pytest
from playwright.async_api import Page, expect

from ..support.clients import KEY, clients, environ
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess
from ..support.upstream import Upstream
from ..support.upstream_script import PROVIDER_TEXT

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.any_database]

LONG = 60_000
PATIENCE = 20
"""Seconds to wait for what should take one (``bin/bench-model`` measures it): the machine may be busy."""
ANSWER = 'say "The Heron"; pause 0.2; say " costs 480 euros"; pause 0.2; say " [1]."; finish; usage; done'
STAFF = "from django.contrib.auth.models import User; User.objects.update(is_staff=True)"
ENDLESS = "tokens 9 20; stall"


@pytest.mark.parametrize("kind", clients())
async def test_an_answer_streams_with_its_source_and_the_next_is_stopped(
    start_site: Callable[..., SiteProcess], upstream: Upstream, browser_page: Page, kind: str
) -> None:
    site = await asyncio.to_thread(start_site, CHAT_REWRITE="false", **environ(kind, upstream))
    upstream.scripts = [ANSWER, ENDLESS]
    page = browser_page
    await sign_in(page, site)

    texts = await _texts_of_an_answer(page, "How much does the Heron cost?")
    await _stop_an_answer(page, upstream)
    await page.locator("[data-sources] li a").first.click()

    assert len(texts) >= 3, texts
    assert texts[-1].startswith("The Heron costs 480 euros")
    await expect(page).to_have_url(re.compile("/recordings/.*#segment-"))
    await expect(page.locator(":target")).to_be_in_viewport()


async def _texts_of_an_answer(page: Page, question: str) -> list[str]:
    """Return the texts that the page showed of the answer, one after the other, until it was complete."""
    await page.evaluate(
        """() => {
            window.texts = [];
            new MutationObserver(() => {
                const text = document.querySelector('[data-turns] [data-answer]')?.textContent.trim();
                if (text && text !== window.texts.at(-1)) window.texts.push(text);
            }).observe(document.body, {subtree: true, childList: true, characterData: true});
        }"""
    )
    await _ask(page, question)
    await expect(page.locator("[data-turns] [data-turn][data-state=complete]")).to_be_visible(timeout=LONG)
    texts: list[str] = await page.evaluate("window.texts")
    return texts


async def _stop_an_answer(page: Page, upstream: Upstream) -> None:
    """Click Stop, and wait until the endpoint, whose answer never ends, sees its connection closed."""
    await _ask(page, "And when does it launch?")
    turn = page.locator("[data-turns] [data-turn]").last
    await expect(turn.locator("[data-answer]")).to_contain_text("word9", timeout=LONG)
    await page.locator("[data-stop-streaming]").click()
    async with asyncio.timeout(PATIENCE):
        await upstream.calls[-1].over.wait()
    assert upstream.calls[-1].closed_at is not None
    await expect(page.locator("[data-turns] [data-turn][data-state=stopped]")).to_be_visible()


async def _ask(page: Page, question: str) -> None:
    await page.locator("[data-question-input]").fill(question)
    await page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("script", "said", "kind"),
    [
        ("status 401", "refuses its key", "Model refused the key"),
        ("status 404", "does not exist where it is looked for", "Model not found"),
        ("reset", "cannot be reached", "Model unreachable"),
    ],
)
async def test_a_model_that_cannot_answer_anybody_says_so_to_the_asker_and_its_kind_to_reviewers(
    start_site: Callable[..., SiteProcess], upstream: Upstream, browser_page: Page, script: str, said: str, kind: str
) -> None:
    upstream.scripts = [script]
    site = await asyncio.to_thread(start_site, **environ("openai", upstream))
    site.manage(
        "shell",
        "--no-imports",
        "-c",
        "from django.contrib.auth.models import Group, User\n"
        "Group.objects.get(name='Reviewers').user_set.set(User.objects.all())",
    )
    page = browser_page
    await sign_in(page, site)

    await _ask(page, "How much does the Heron cost?")

    notice = page.locator("[data-turns] [data-turn][data-state=failed] [data-notice]")
    await expect(notice).to_contain_text(said, timeout=LONG)
    await expect(notice).to_contain_text("tell whoever runs this site")
    page_text = await page.locator("body").inner_text()
    assert PROVIDER_TEXT not in page_text
    assert KEY not in page_text
    await page.goto(f"{site.url}/admin/chat/conversation/")
    await expect(page.locator("#result_list tbody")).to_contain_text(kind)
