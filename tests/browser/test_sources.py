"""The way from an answer to its sources and back: the panel, the card and the list."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from .fake_pages import opened_html, turn_html
from .fake_site import FakeSite
from .live import OTHER, TURN, answer, complete, open_page, token, turn_element

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
WIDTHS = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
TEXT = "".join(f"Sentence {number} of a long answer [{number % 9 + 1}].\n\n" for number in range(45))


def source(page: Page, number: int, turn: str = TURN) -> Locator:
    return page.locator(f"#source-{turn}-{number}")


def panel(page: Page, number: int, of: int = 9) -> Locator:
    return page.get_by_role("region", name=f"Source {number} of {of}", exact=True)


def marker(page: Page, number: int, turn: str = TURN) -> Locator:
    return answer(page, turn).locator(f'a[href="#source-{turn}-{number}"]')


async def streamed(fake: FakeSite, page: Page, size: Any) -> None:
    """Open a page on which an answer with nine sources has just ended."""
    fake.pages[f"/turns/{TURN}/sources/3/"] = (200, opened_html(3))
    await page.set_viewport_size(size)
    socket = await open_page(fake, page, turn_html(OTHER, "complete", text=TEXT, seq=1, sources=9))
    fake.pages[f"/c/{fake.conversation}/turns/"] = (200, turn_html(TURN, "streaming"))
    await page.reload()
    socket = await fake.socket()
    await expect(turn_element(page)).to_have_attribute("data-state", "streaming")
    for seq, line in enumerate(TEXT.splitlines(keepends=True)):
        await token(socket, seq, seq + 1, line)
    await expect(answer(page)).to_contain_text("Sentence 44")
    await complete(socket, TEXT, 90, sources=9)
    await expect(turn_element(page).locator("[data-sources]")).to_be_attached()


@WIDTHS
async def test_the_first_click_on_a_marker_opens_its_source_and_leaves_the_answer_in_place(
    fake: FakeSite, page: Page, size: Any
) -> None:
    await streamed(fake, page, size)
    await marker(page, 3).nth(1).scroll_into_view_if_needed()
    place = await marker(page, 3).nth(1).bounding_box()

    await marker(page, 3).nth(1).click()

    await expect(panel(page, 3)).to_be_focused()
    await expect(panel(page, 3)).to_contain_text("Ben Before.")
    await expect(panel(page, 3).locator("mark")).to_be_in_viewport(ratio=1)
    await expect(source(page, 3)).to_contain_class("lit")
    await expect(page.locator("li.lit")).to_have_count(1)
    await expect(page).to_have_url(re.compile(f"#source-{TURN}-3$"))
    now = await marker(page, 3).nth(1).bounding_box()
    assert place
    assert now
    if size is DESK:
        assert now == place
    sheet = await page.locator("[data-panel]").bounding_box()
    assert sheet
    assert now["x"] + now["width"] <= sheet["x"] or now["y"] + now["height"] <= sheet["y"]


@WIDTHS
async def test_back_returns_to_the_sentence(fake: FakeSite, page: Page, size: Any) -> None:
    await streamed(fake, page, size)
    scroller = page.locator("[data-scroller]")
    await marker(page, 3).nth(1).scroll_into_view_if_needed()
    top = await scroller.evaluate("box => box.scrollTop")

    await marker(page, 3).nth(1).click()
    await expect(panel(page, 3)).to_be_focused()
    await page.go_back()

    await expect(page.locator("[data-panel]")).to_be_hidden()
    await expect(marker(page, 3).nth(1)).to_be_focused()
    await expect(marker(page, 3).nth(1)).to_be_in_viewport()
    assert await scroller.evaluate("box => box.scrollTop") == top
    await expect(page.locator(".lit")).to_have_count(0)
    await page.go_forward()
    await expect(panel(page, 3)).to_be_focused()


async def test_back_returns_to_the_second_sentence_that_has_the_same_source(fake: FakeSite, page: Page) -> None:
    await open_page(fake, page, turn_html(TURN, "complete", text="One [1]. Two [1].", seq=1, sources=1))

    for sentence in (0, 1):
        await marker(page, 1).nth(sentence).click()
    await page.go_back()

    await expect(marker(page, 1).nth(1)).to_be_focused()


@pytest.mark.parametrize("width", [390, 1199, 1200])
async def test_sources_are_open_beside_the_answer_if_there_is_room_and_below_it_otherwise(
    fake: FakeSite, page: Page, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    await open_page(fake, page, turn_html(TURN, "complete", text="Take the green one [1].", seq=1, sources=2))

    await expect(source(page, 1)).to_be_in_viewport(ratio=1)
    place, above = await source(page, 1).bounding_box(), await answer(page).bounding_box()
    assert place
    assert above
    assert (place["x"] >= above["x"] + above["width"]) == (width == 1200)
    assert (place["y"] >= above["y"] + above["height"]) == (width < 1200)


@WIDTHS
async def test_a_source_looks_like_a_moment_of_its_recording(fake: FakeSite, page: Page, size: Any) -> None:
    await page.set_viewport_size(size)
    await open_page(fake, page, turn_html(TURN, "complete", text="Take the green one [1].", seq=1, sources=1))
    line, moment = source(page, 1).locator(".timeline"), source(page, 1).locator(".timeline__moment")

    await expect(source(page, 1).locator(".source__speaker")).to_have_text("Anna")
    await expect(source(page, 1).locator(".source__time")).to_have_text("1:01–1:05")
    await expect(source(page, 1).get_by_role("button", name="Play")).to_be_in_viewport(ratio=1)
    await expect(source(page, 1).locator("mark")).to_have_text("take the green one")
    whole, part = await line.bounding_box(), await moment.bounding_box()
    assert whole
    assert part
    assert abs((part["x"] - whole["x"]) / whole["width"] - 61 / 600) < 0.01
    assert part["height"] > 2


HIT = """marker => {
    const box = marker.getBoundingClientRect(), half = 11.9;
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const corners = [[x - half, y - half], [x + half, y - half], [x - half, y + half], [x + half, y + half]];
    return corners.map(([left, top]) => document.elementFromPoint(left, top) === marker);
}"""
LINES = """answer => {
    const tops = [];
    for (const p of answer.querySelectorAll('p')) tops.push(p.getBoundingClientRect().height);
    return tops;
}"""


@WIDTHS
async def test_a_marker_is_large_enough_for_a_finger_and_does_not_part_the_lines(
    fake: FakeSite, page: Page, size: Any
) -> None:
    await page.set_viewport_size(size)
    text = "Two beside each other [1][2] in one line, with words.\n\nA line of words without any marker at all.\n\n"
    await open_page(fake, page, turn_html(TURN, "complete", text=text, seq=1, sources=2))

    for number in (1, 2):
        assert await marker(page, number).evaluate(HIT) == [True] * 4
    heights = await answer(page).evaluate(LINES)
    line = await answer(page).evaluate("answer => parseFloat(getComputedStyle(answer).lineHeight)")
    assert all(abs(height / line - round(height / line)) < 0.02 for height in heights), (heights, line)


async def test_a_marker_is_named_by_its_source(fake: FakeSite, page: Page) -> None:
    await open_page(fake, page, turn_html(TURN, "complete", text="Take green [2].", seq=1, sources=2))

    await expect(answer(page).get_by_role("link", name="Source 2: Anna, 1:01, Kick-off", exact=True)).to_be_visible()


# The card


@WIDTHS
async def test_pointing_at_a_marker_shows_its_source_without_a_jump(fake: FakeSite, page: Page, size: Any) -> None:
    await streamed(fake, page, size)
    card, scroller = page.get_by_role("tooltip"), page.locator("[data-scroller]")
    await marker(page, 2).last.scroll_into_view_if_needed()
    top = await scroller.evaluate("box => box.scrollTop")

    await marker(page, 2).last.hover()

    await expect(card).to_contain_text("Anna")
    await expect(card).to_contain_text("1:01–1:05")
    await expect(card).to_contain_text("Kick-off")
    await expect(card).to_contain_text("We take the green one, part 2.")
    await expect(card).to_be_in_viewport(ratio=1)
    assert await scroller.evaluate("box => box.scrollTop") == top
    await card.hover()
    await page.clock.install()
    await expect(card).to_be_visible()
    await page.mouse.move(1, 1)
    await expect(card).to_be_hidden()


async def test_escape_closes_the_card_and_nothing_else(fake: FakeSite, page: Page) -> None:
    html = turn_html(OTHER, "complete", text="Take green [1].", seq=1, sources=1)
    socket = await open_page(fake, page, html, turn_html(TURN, "streaming", text="So far", seq=1))
    await page.keyboard.press("Tab")
    for _ in range(40):
        if await marker(page, 1, OTHER).evaluate("marker => marker === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    card = page.get_by_role("tooltip")

    await expect(card).to_contain_text("We take the green one, part 1.")
    await expect(marker(page, 1, OTHER)).to_have_accessible_description(re.compile("We take the green one, part 1."))
    await page.keyboard.press("Escape")
    await expect(card).to_be_hidden()
    await expect(marker(page, 1, OTHER)).to_be_focused()
    await expect(turn_element(page)).to_have_attribute("data-state", "streaming")
    assert socket.waiting("stop") == []
    await page.keyboard.press("Escape")
    await socket.expect("stop")


# Leaving and coming back


@WIDTHS
async def test_place_and_folded_sources_survive_a_visit_to_a_recording(fake: FakeSite, page: Page, size: Any) -> None:
    await page.set_viewport_size(size)
    fake.pages["/recordings/5/"] = (200, "<title>Kick-off</title>")
    turns = [turn_html(turn, "complete", text=TEXT, seq=1, sources=9) for turn in (OTHER, TURN)]
    await open_page(fake, page, *turns)
    scroller = page.locator("[data-scroller]")
    await turn_element(page, OTHER).locator("[data-sources] summary").click()
    await source(page, 8).locator("a").scroll_into_view_if_needed()
    top = await scroller.evaluate("box => box.scrollTop")

    await source(page, 8).locator("a").click()
    await expect(page).to_have_title("Kick-off")
    await page.go_back()

    await expect(source(page, 8).locator("a")).to_be_focused()
    await expect(source(page, 1, OTHER)).to_be_hidden()
    await expect(source(page, 1)).to_be_attached()
    assert abs(await scroller.evaluate("box => box.scrollTop") - top) <= 1
    assert top > 0


async def test_the_lit_source_survives_a_visit_to_a_recording(fake: FakeSite, page: Page) -> None:
    fake.pages["/recordings/5/"] = (200, "<title>Kick-off</title>")
    await open_page(fake, page, turn_html(TURN, "complete", text=TEXT, seq=1, sources=9))
    await marker(page, 7).first.click()

    await source(page, 7).locator("a").click()
    await expect(page).to_have_title("Kick-off")
    await page.go_back()

    await expect(source(page, 7)).to_contain_class("lit")
    await expect(source(page, 7)).to_be_in_viewport()
    await expect(panel(page, 7)).to_be_visible()
    await page.go_back()
    await expect(marker(page, 7).first).to_be_in_viewport()
    await expect(page.locator("[data-panel]")).to_be_hidden()
