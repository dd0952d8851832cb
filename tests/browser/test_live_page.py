"""The page around the answers: announcements, scrolling, the filter."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from .fake_pages import option, turn_html
from .fake_site import FakeSite
from .live import OTHER, TURN, answer, ask, complete, open_page, token

pytestmark = pytest.mark.browser


async def test_only_the_beginning_and_the_end_are_announced(fake: FakeSite, page: Page) -> None:
    await page.add_init_script(_WATCH_ANNOUNCER)
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    announcer = page.locator("[data-announcer]")

    for seq in range(20):
        await token(socket, seq, seq + 1, "word ")
    await expect(announcer).to_have_text("Answering…")
    source = {"number": 1, "recording_id": OTHER, "recording_title": "", "excerpt": "", "speaker": ""}
    await socket.send_event("citations", turn=TURN, citations=[source | {"start": None, "end": None}] * 3)
    await complete(socket, "word " * 20, 20, sources=3)

    await expect(announcer).to_have_text("Answer complete, 3 sources")
    assert await page.evaluate("window.announced") == ["Answering…", "Answer complete, 3 sources"]


_WATCH_ANNOUNCER = """
window.announced = [];
addEventListener("DOMContentLoaded", () => {
  const element = document.querySelector("[data-announcer]");
  new MutationObserver(() => element.textContent && window.announced.push(element.textContent))
    .observe(element, {childList: true});
});
"""


async def test_the_page_scrolls_with_the_text_unless_the_reader_has_scrolled_up(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="line\n\n" * 60, seq=1))
    scroller, jump = page.locator("[data-scroller]"), page.locator("[data-jump]")
    gap = "box => Math.round(box.scrollHeight - box.scrollTop - box.clientHeight)"
    await token(socket, 1, 2, "line\n\n" * 20)
    await expect(answer(page).locator("p")).to_have_count(80)
    assert await scroller.evaluate(gap) <= 1

    await scroller.hover()
    await page.mouse.wheel(0, -600)
    await expect(jump).to_be_visible()
    top = await scroller.evaluate("box => box.scrollTop")
    await token(socket, 2, 3, "line\n\n" * 20)
    await expect(answer(page).locator("p")).to_have_count(100)
    assert await scroller.evaluate("box => box.scrollTop") == top

    await jump.click()
    await expect(jump).to_be_hidden()
    assert await scroller.evaluate(gap) <= 1


async def test_the_filter_can_be_searched_survives_a_reload_and_is_sent(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page)
    fake.pages["/recordings/options/"] = (200, option(OTHER, "Design <meeting>"))
    summary = page.locator("[data-filter-summary]")

    await page.locator("[data-filter] summary").click()
    await page.get_by_label("Kick-off").check()
    await page.locator("[data-filter-search]").fill("design")
    await page.get_by_label("Design <meeting>").check()
    await expect(summary).to_have_text("Only in 2 recordings")
    await page.keyboard.press("Escape")
    await page.reload()
    socket = await fake.socket()
    await expect(summary).to_have_text("Only in 2 recordings")
    await ask(page, "Of these")

    assert OTHER in (await socket.expect("ask"))["recordings"]
    await expect(page.locator("[data-filter-note]")).to_have_text(re.compile("^Searched only: .*Design <meeting>"))
    await page.locator("[data-filter] summary").click()
    await page.locator("[data-filter-all]").click()
    await expect(summary).to_have_text("Choose what to search")
    await expect(summary.locator("xpath=..")).to_be_focused()
    await expect(page.locator("[data-filter-all]")).to_be_hidden()


async def test_what_is_chosen_stands_in_chips_and_is_removed_there(fake: FakeSite, page: Page) -> None:
    await open_page(fake, page)
    fake.pages["/recordings/options/"] = (200, option(OTHER, "Design <meeting>"))
    chips, head = page.locator("[data-filter-chips]"), page.locator("[data-filter-shown]")
    await expect(chips).to_be_hidden()
    await expect(head).to_be_hidden()

    await page.locator("[data-filter] summary").click()
    await page.get_by_label("Kick-off").check()
    await expect(head).to_have_text("Only in “Kick-off”")
    await page.locator("[data-filter-search]").fill("design")
    await page.get_by_label("Design <meeting>").check()
    await expect(chips.get_by_role("button")).to_have_text(["Remove Kick-off", "Remove Design <meeting>"])

    await chips.get_by_role("button", name="Remove Kick-off").click()
    await expect(chips.get_by_role("button", name="Remove Design <meeting>")).to_be_focused()
    await expect(page.get_by_label("Kick-off", exact=True)).not_to_be_checked()
    await page.keyboard.press("Enter")
    await expect(chips).to_be_hidden()
    await expect(page.locator("[data-filter] summary")).to_be_focused()


@pytest.mark.parametrize("width", [390, 1280])
async def test_the_filter_covers_neither_the_answer_nor_its_sources(fake: FakeSite, page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    await open_page(fake, page)

    await page.locator("[data-filter] summary").click()

    panel = await page.locator(".filter__panel").bounding_box()
    scroller = await page.locator("[data-scroller]").bounding_box()
    assert panel
    assert scroller
    assert panel["y"] >= scroller["y"] + scroller["height"]
    assert scroller["height"] >= 200
