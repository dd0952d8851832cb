"""A misquotation is told apart on any screen, to a screen reader, and in a copy."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page, expect

from chat.models import Fidelity, Quotation

from ..support.accessibility import violations
from .fake_pages import turn_html
from .fake_site import FakeSite
from .live import TURN, open_page, turn_element

pytestmark = pytest.mark.browser

DIFFERS, UNSAID = "“We **ship** in April”", "“nobody has said this”"
TEXT = f"Ana said: {DIFFERS} [1], and {UNSAID}."
QUOTATIONS = [
    Quotation(
        begin=TEXT.index(DIFFERS),
        end=TEXT.index(DIFFERS) + len(DIFFERS),
        is_marked=True,
        fidelity=Fidelity.DIFFERS,
        speaker="Ana",
        words="We will not ship in April. " * 8,
    ),
    Quotation(
        begin=TEXT.index(UNSAID),
        end=TEXT.index(UNSAID) + len(UNSAID),
        is_marked=True,
        fidelity=Fidelity.NOT_FOUND,
    ),
]
SHOWN = "“We ship in April” [differs from the transcript, where Ana says: “We will not ship in April."


async def test_the_words_of_the_transcript_are_read_beside_it_everywhere(
    fake: FakeSite, context: BrowserContext, page: Page
) -> None:
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    for quotation in QUOTATIONS:
        quotation.is_heard = True
    await open_page(fake, page, turn_html(TURN, "complete", text=TEXT, seq=1, sources=1, quotations=QUOTATIONS))

    answer = turn_element(page).locator(".answer")
    await expect(answer).to_contain_text(SHOWN)
    await expect(answer).to_contain_text("“nobody has said this” [not found in the recording].")
    await turn_element(page).get_by_role("button", name="Copy", exact=True).click()
    await expect(turn_element(page).get_by_role("button", name="Copied")).to_be_visible()
    assert SHOWN in await page.evaluate("navigator.clipboard.readText()")
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.emulate_media(color_scheme=scheme)
            assert await violations(page, ".answer") == []
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
