"""Directions, breaks and tables of an answer in a real browser: the same while it streams and when it has ended."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from .fake_pages import turn_html
from .fake_site import FakeSite
from .live import TURN, answer, complete, open_page, token

pytestmark = pytest.mark.browser

TEXT = """Heron: ملخص الاجتماع

- Heron: إطلاق المنتج في أبريل
- السعر 480 يورو
- ok.

Ana: The **pump** arrived.
Bob: Who signed?

| الاسم | القيمة النهائية |
|---|--:|
| Heron | خطوة أولى<br>خطوة ثانية |

• First point
• Second point

> **结论：**四月上市

The sum \\(a_1 * b_1\\) is 5 [1].
"""
STYLES = """(element) => [...element.querySelectorAll("p, ul, ol, li, table, td, blockquote, [dir]")].map((each) => {
    const style = getComputedStyle(each);
    return [each.localName, style.direction, style.textAlign, Math.round(each.getBoundingClientRect().width)];
})"""
SIZES = [(1280, 900), (390, 844)]


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
async def test_directions_and_breaks_are_the_same_live_and_final(
    fake: FakeSite, page: Page, size: tuple[int, int]
) -> None:
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    for at in range(0, len(TEXT), 7):
        await token(socket, at // 7, at // 7 + 1, TEXT[at : at + 7])
    await answer(page).locator("sup.marker").wait_for()

    live, lines = await answer(page).evaluate(STYLES), (await answer(page).inner_text()).splitlines()
    await complete(socket, TEXT, len(TEXT) // 7 + 1, sources=1)
    await answer(page).locator("a.citation").wait_for()

    assert await answer(page).evaluate(STYLES) == live
    assert (await answer(page).inner_text()).splitlines() == lines
    directions = [(name, direction) for name, direction, _, _ in live]
    assert directions[:5] == [("p", "rtl"), ("ul", "rtl"), ("li", "rtl"), ("li", "rtl"), ("li", "rtl")]
    assert ("table", "rtl") in directions
    assert ("blockquote", "ltr") in directions
    assert {"Ana: The pump arrived.", "Bob: Who signed?", "The sum \\(a_1 * b_1\\) is 5 1."} <= set(lines)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_bullets_of_an_arabic_list_stand_on_the_right(fake: FakeSite, page: Page) -> None:
    await open_page(fake, page, turn_html(TURN, "complete", text=TEXT, seq=1, sources=1))
    bullets = answer(page).locator("ul").first

    left, right = await bullets.evaluate(
        "(list) => [getComputedStyle(list).paddingLeft, getComputedStyle(list).paddingRight]"
    )
    ends = [await box.evaluate("(box) => box.getBoundingClientRect().right") for box in (bullets, answer(page))]

    assert left == "0px"
    assert right != "0px"
    assert abs(ends[0] - ends[1]) < 1
