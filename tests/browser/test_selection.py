"""What a reader has selected in an answer while it ends."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from .fake_pages import turn_html
from .fake_site import FakeSite
from .live import TURN, answer, complete, open_page, token, turn_element

pytestmark = pytest.mark.browser

TEXT = "We take the **green** one [1].\n\n* It costs 480 euros [1].\n* It ships in `March`.\n\n```\nship(it)\n```\n"
SELECT = """([first, last]) => {
    const at = (words, isEnd) => {
        const walker = document.createTreeWalker(document.querySelector('[data-answer]'), NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const place = walker.currentNode.data.indexOf(words);
            if (place >= 0) return [walker.currentNode, place + (isEnd ? words.length : 0)];
        }
    };
    getSelection().setBaseAndExtent(...at(first, false), ...at(last, true));
}"""
SELECTED = "() => getSelection().toString().replace(/\\s+/g, ' ')"


@pytest.mark.parametrize(
    ("first", "last", "selected"),
    [
        ("take", "one", "take the green one"),
        ("green", "euros", "green one 1. It costs 480 euros"),
        ("480", "480", "480"),
        ("ships", "ship(it", "ships in March. ship(it"),
    ],
)
async def test_a_selection_survives_the_end_of_an_answer(
    fake: FakeSite, page: Page, first: str, last: str, selected: str
) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    await token(socket, 0, 1, TEXT)
    await expect(answer(page)).to_contain_text("ship(it)")
    await page.evaluate(SELECT, [first, last])
    before = await page.evaluate(SELECTED)

    await complete(socket, TEXT, 1, sources=1)
    await expect(turn_element(page)).to_have_attribute("data-state", "complete")

    assert before == selected
    assert (await page.evaluate(SELECTED)).replace(" Copy", "").replace(" Source", "") == selected


async def test_a_selection_elsewhere_is_left_alone(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    await token(socket, 0, 1, TEXT)
    await page.get_by_role("link", name="Recordings").evaluate("link => getSelection().selectAllChildren(link)")

    await complete(socket, TEXT, 1)
    await expect(turn_element(page)).to_have_attribute("data-state", "complete")

    assert (await page.evaluate(SELECTED)).strip() == "Recordings"
