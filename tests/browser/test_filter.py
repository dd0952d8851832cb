"""The filter of a question in Chromium: collections, speakers and days beside single recordings."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from ..support.site_process import SiteProcess

pytestmark = pytest.mark.browser


async def test_a_question_about_what_one_speaker_said_says_so_and_so_does_the_next(
    site: SiteProcess, signed_in_page: Page
) -> None:
    page = signed_in_page
    await page.goto(site.url)
    await page.locator("[data-filter] summary").click()
    await page.get_by_label("Said by").fill("Mara Quist")
    await page.keyboard.press("Enter")
    await page.get_by_label("From").fill("2026-02-01")
    await page.get_by_label("Up to").fill("2026-02-28")
    await expect(page.locator("[data-filter-chip]")).to_have_text(
        ["Remove Feb 1, 2026 – Feb 28, 2026", "Remove what Mara Quist said"]
    )

    await page.locator("[data-question-input]").fill("When does the Heron launch?")
    await page.keyboard.press("Enter")

    note = page.locator("[data-turn][data-state=complete] [data-filter-note]")
    await expect(note).to_have_text("Searched: 1 recording · February 2026 · what Mara Quist said", timeout=20_000)
    speakers = await page.locator("[data-sources] .source__speaker").all_inner_texts()
    assert set(speakers) == {"Mara Quist"}

    await page.reload()
    await expect(page.locator("[data-filter-chip]")).to_have_count(2)
    await page.locator("[data-filter-chip]").last.click()
    await expect(page.locator("[data-filter-chip]")).to_have_count(1)


async def test_the_choice_of_recordings_without_a_date_is_named_as_its_chip_will_be(
    site: SiteProcess, signed_in_page: Page
) -> None:
    page = signed_in_page
    await page.goto(site.url)
    await page.locator("[data-filter] summary").click()
    await page.get_by_label("Up to").fill("2026-02-28")

    await page.get_by_label("or without a date").check()

    await expect(page.locator("[data-filter-chip]")).to_have_text("Remove until Feb 28, 2026 or without a date")


async def test_boxes_stand_at_the_height_of_their_words(site: SiteProcess, signed_in_page: Page) -> None:
    page = signed_in_page
    await page.goto(site.url)
    await page.locator("[data-filter] summary").click()

    assert abs(await page.locator(".filter__option").first.evaluate(OFF)) <= 1


OFF = """row => {
  const words = document.createRange();
  words.selectNodeContents(row.querySelector("bdi") ?? row.lastChild);
  const [box, text] = [row.querySelector("input"), words].map((each) => each.getBoundingClientRect());
  return box.top + box.height / 2 - text.top - text.height / 2;
}"""
