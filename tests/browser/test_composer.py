"""The box in which a question is typed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from .fake_pages import REVIEW_RULE, turn_html
from .fake_site import FakeSite
from .live import TURN, open_new, open_page, question_box

pytestmark = pytest.mark.browser

PASTE = """text => {
    document.querySelector('[data-question-input]').focus();
    document.execCommand('insertText', false, text);
}"""


@pytest.fixture
async def touched(browser: Browser) -> AsyncIterator[Page]:
    """A page on a phone, whose main pointer is a finger."""
    context = await browser.new_context(viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True)
    yield await context.new_page()
    await context.close()


async def test_what_is_too_long_is_refused_with_its_length_and_stays_whole(fake: FakeSite, page: Page) -> None:
    socket = await open_new(fake, page)
    await page.evaluate(PASTE, "a" * 100_000)
    assert await question_box(page).evaluate("box => box.value.length") == 100_000

    await page.keyboard.press("Enter")

    await expect(page.get_by_role("alert").filter(has_text="too long")).to_have_text(
        "The question is too long: 100,000 characters, at most 8,000."
    )
    assert await question_box(page).evaluate("box => box.value.length") == 100_000
    assert socket.waiting("ask") == []
    await question_box(page).fill("Why green?")
    await page.keyboard.press("Enter")
    assert (await socket.expect("ask"))["question"] == "Why green?"


async def test_on_a_phone_the_rest_of_the_rule_of_review_leaves_its_room_to_the_answer(
    fake: FakeSite, page: Page
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    first, second = (page.get_by_text(sentence) for sentence in REVIEW_RULE)
    await open_new(fake, page)
    await expect(second).to_be_visible()

    await open_page(fake, page, turn_html(TURN, "complete", text="Green.", seq=1))
    await expect(first).to_be_visible()
    await expect(second).to_be_hidden()
    await expect(page.get_by_role("link", name="About your data")).to_be_visible()

    await page.set_viewport_size({"width": 1280, "height": 800})
    await expect(second).to_be_visible()


async def test_characters_are_counted_near_the_limit(fake: FakeSite, page: Page) -> None:
    await open_new(fake, page)
    counter = page.locator("[data-counter]")
    assert await counter.get_attribute("aria-live") == "polite"

    await question_box(page).fill("é" * 7_000)
    await expect(counter).to_be_empty()
    await question_box(page).fill(" " + "😀" * 7_990 + " ")
    await expect(counter).to_have_text("7,990 of 8,000 characters")
    await question_box(page).fill("😀" * 8_012)
    await expect(counter).to_have_text("8,012 of 8,000 characters: 12 too many")
    await question_box(page).fill("")

    await expect(counter).to_be_empty()


async def test_enter_breaks_the_line_where_the_screen_is_touched(fake: FakeSite, touched: Page) -> None:
    socket = await open_new(fake, touched)
    await question_box(touched).tap()

    await touched.keyboard.type("Why")
    await touched.keyboard.press("Enter")
    await touched.keyboard.type("green?")
    await expect(question_box(touched)).to_have_value("Why\ngreen?")
    await touched.get_by_role("button", name="Ask").tap()

    assert (await socket.expect("ask"))["question"] == "Why\ngreen?"


async def test_enter_sends_where_there_is_a_mouse(fake: FakeSite, page: Page) -> None:
    socket = await open_new(fake, page)

    await question_box(page).fill("Why green?")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("Or blue?")
    await page.keyboard.press("Enter")

    assert (await socket.expect("ask"))["question"] == "Why green?\nOr blue?"
