"""The number leads to the words: on a running site, from a marker to the source and on into the recording."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.async_api import Locator, Page, expect

from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess
from ..support.talking import GATE

pytestmark = pytest.mark.browser

Start = Callable[..., SiteProcess]

LONG = 30_000
WIDTHS = pytest.mark.parametrize("width", [390, 1280])
FILLER = " ".join(f"Point {number} was about something else." for number in range(12))
LISTED = "The board, the budget, the pump, the summer and the old key were all that we talked about."
TRANSCRIPT = f"""\
[00:00:00] Tom: {LISTED}
[00:00:30] Ana: {FILLER} In June we chose a pump that leaks less than ours. {FILLER} As for the rest, {GATE}. {FILLER}
[00:02:00] Eve: The wardens keep the only key.
[00:02:10] Tom: Good.
"""


def source(page: Page, number: int) -> Locator:
    return page.locator("[data-sources] li.source").nth(number - 1)


async def report(start_site: Start, page: Page) -> None:
    """Ask a site about a recording in which one person spoke for long, and wait for the answer."""
    site = start_site(CHAT_MODEL="python:tests.support.talking:with_numbers")
    (site.folder / "Gate review.txt").write_text(TRANSCRIPT)
    site.manage("import_recordings", str(site.folder / "Gate review.txt"))
    await sign_in(page, site)
    await page.locator("[data-question-input]").fill("What about the board, the budget, the pump and the spare gate?")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-turns] [data-turn][data-state]")).to_have_attribute(
        "data-state", "complete", timeout=LONG
    )


@WIDTHS
async def test_each_number_leads_to_the_segment_and_the_words_that_its_sentence_repeats(
    start_site: Start, browser_page: Page, width: int
) -> None:
    page = browser_page
    await page.set_viewport_size({"width": width, "height": 800})
    await report(start_site, page)

    markers = page.locator("[data-answer] a[href^='#source-']")
    await expect(markers).to_have_text(["1", "2", "3"])
    said = {1: ("Eve", "The wardens keep the only key"), 2: ("Ana", GATE), 3: ("Ana", "a pump that leaks less")}
    for number, (speaker, words) in said.items():
        await markers.nth(number - 1).click()
        panel = page.get_by_role("region", name=f"Source {number} of 3")
        await expect(panel.locator(".opened__speaker")).to_contain_text(speaker)
        await expect(panel.locator("mark")).to_contain_text(words)
        await expect(panel.locator("mark")).to_be_in_viewport(ratio=1)
        await expect(source(page, number).locator(".source__excerpt")).to_contain_text(words)
        await page.go_back()


@WIDTHS
async def test_only_the_quoted_words_are_marked_in_the_source_and_in_the_recording(
    start_site: Start, browser_page: Page, width: int
) -> None:
    page = browser_page
    await page.set_viewport_size({"width": width, "height": 800})
    await report(start_site, page)
    marks = source(page, 2).locator("mark")
    await expect(marks).to_have_text(re.compile(f"^(that )?{GATE}$"))

    await source(page, 2).locator("a").click()

    await expect(page).to_have_url(re.compile("/recordings/.*#segment-2$"))
    await expect(page.locator("mark")).to_have_count(1)
    await expect(page.locator("#segment-2 mark")).to_have_text(re.compile(f"^(that )?{GATE}$"))
    await expect(page.locator("#segment-2 mark")).to_be_in_viewport(ratio=1)
