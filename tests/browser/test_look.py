"""Where things stand: the box in the middle, the head over its column, and no word about a filter that is not there."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import FloatRect, Locator, Page, expect

from ..support.site_process import SiteProcess
from .test_player import PLAYING, WATCH

pytestmark = pytest.mark.browser

WIDTHS = pytest.mark.parametrize("width", [390, 1280])


async def box(element: Locator) -> FloatRect:
    found = await element.bounding_box()
    assert found
    return found


@WIDTHS
async def test_the_box_stands_in_the_middle_until_something_is_asked(
    site: SiteProcess, signed_in_page: Page, width: int
) -> None:
    page, composer = signed_in_page, signed_in_page.locator(".composer")
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto(site.url)
    room, before = await box(page.locator("main")), await box(composer)

    assert abs((before["x"] - room["x"]) - (room["x"] + room["width"] - before["x"] - before["width"])) <= 2
    assert 200 <= before["y"] <= 400
    assert (await box(page.locator(".examples")))["y"] >= before["y"] + before["height"]

    await page.locator("[data-question-input]").fill("How much does the Heron cost?")
    await page.keyboard.press("Enter")

    await expect(page.locator(".examples")).to_be_hidden()
    await expect(page.locator(".welcome")).to_be_hidden()
    await expect(page.locator("[data-page-title]")).to_be_visible()
    assert (await box(composer))["y"] >= 600


@WIDTHS
async def test_at_home_one_search_field_is_at_hand_without_opening_a_menu(
    site: SiteProcess, signed_in_page: Page, width: int
) -> None:
    page, field = signed_in_page, signed_in_page.get_by_role("searchbox")
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto(site.url)

    await expect(field).to_have_count(1)
    await field.fill("recalibration")
    await page.keyboard.press("Enter")

    await expect(page.locator("main mark").first).to_be_in_viewport()


async def test_on_a_phone_the_title_takes_the_place_of_the_search_once_something_is_asked(signed_in_page: Page) -> None:
    page = signed_in_page
    await page.set_viewport_size({"width": 390, "height": 800})
    await expect(page.get_by_role("searchbox")).to_be_in_viewport()

    await page.locator("[data-question-input]").fill("How much does the Heron cost?")
    await page.keyboard.press("Enter")

    await expect(page.locator("[data-page-title]")).to_be_in_viewport()
    await expect(page.get_by_role("searchbox")).to_have_count(0)


async def test_the_head_of_a_page_stands_over_its_column(site: SiteProcess, signed_in_page: Page) -> None:
    page = signed_in_page
    for path, column in (("/recordings/", ".column form"), ("/search/?q=seal", ".column form")):
        await page.goto(f"{site.url}{path}")

        assert abs((await box(page.locator("h1")))["x"] - (await box(page.locator(column)))["x"]) <= 1, path


async def test_search_everything_is_only_written_where_a_filter_can_be_cleared(
    site: SiteProcess, signed_in_page: Page
) -> None:
    page, words = signed_in_page, signed_in_page.get_by_text("Search everything")
    await page.goto(site.url)

    await page.locator("[data-filter] summary").click()
    await expect(words.locator("visible=true")).to_have_count(0)

    await page.get_by_label("Heron launch planning").check()
    await expect(words.locator("visible=true")).to_have_count(1)
    await expect(page.locator("[data-filter-chips]")).to_contain_text("Heron launch planning")


async def test_a_conversation_says_when_it_was_held_and_where_it_searches(
    site: SiteProcess, signed_in_page: Page
) -> None:
    page = signed_in_page
    await page.locator("[data-filter] summary").click()
    await page.get_by_label("Heron launch planning").check()
    await page.locator("[data-question-input]").fill("How much does the Heron cost?")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-turns] [data-state=complete]")).to_have_count(1, timeout=30_000)

    await page.reload()

    await expect(page.locator(".page__head time")).to_have_text(re.compile(r"^\w{3} \d{1,2}, \d{4}, "))
    await expect(page.locator("[data-filter-shown]")).to_have_text("Only in “Heron launch planning”")


async def test_an_example_plays_what_answers_it_and_fills_the_box(site: SiteProcess, signed_in_page: Page) -> None:
    page = signed_in_page
    await page.add_init_script(f"({WATCH})()")
    await page.goto(site.url)
    example = page.locator(".example").first

    await example.locator("[data-play]").click()
    await expect(example).to_have_attribute("data-playing", "")
    assert await page.evaluate(PLAYING) == 1

    question = await example.locator(".example__question").inner_text()
    await example.get_by_role("link").click()
    await expect(page.locator("[data-question-input]")).to_have_value(question)
    await expect(page.locator("[data-filter-chips] li")).to_have_count(1)
