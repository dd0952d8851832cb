"""The recording of an answer is moved away: what the answer has quoted of it is masked, and comes back with it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from ..support.accessibility import violations
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.browser

MOVE = """
from chat.models import Citation, Collection, Recording
collection, _ = Collection.objects.get_or_create(name="Elsewhere")
Recording.objects.filter(pk__in=Citation.objects.filter(number=1).values("recording")).update(collection=collection)
"""
BACK = (
    "from chat.models import Collection, Recording; Recording.objects.update(collection=Collection.objects.default())"
)
SENTENCE = "[A sentence from a source that you may no longer hear.]"
SOURCE = "A source that you may no longer hear"


async def ask(page: Page, site: SiteProcess) -> None:
    """Ask, and wait for the answer with its sources."""
    await page.goto(site.url)
    await page.locator("[data-question-input]").fill("How much does the Heron cost?")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-sources]")).to_be_attached()


async def test_an_answer_is_masked_when_its_recording_is_moved_away(site: SiteProcess, signed_in_page: Page) -> None:
    page = signed_in_page
    await ask(page, site)
    quoted = await page.locator("#main blockquote, blockquote").first.inner_text()
    try:
        site.manage("shell", "--no-imports", "-c", MOVE)
        await page.reload()

        await expect(page.locator(".answer .mask").first).to_have_text(SENTENCE)
        await expect(page.locator("[data-source]").first).to_contain_text(SOURCE)
        assert quoted not in await page.content()
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                await page.set_viewport_size({"width": width, "height": 900})
                await page.emulate_media(color_scheme=scheme)
                assert await violations(page) == []
    finally:
        site.manage("shell", "--no-imports", "-c", BACK)
    await page.reload()
    await expect(page.locator(".answer .mask")).to_have_count(0)
    await expect(page.locator("blockquote").first).to_have_text(re.compile(re.escape(quoted)))
