"""The search as a person uses it: from any page, by keyboard, with sound."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess
from .test_player import PLAYING, TIME, WATCH

pytestmark = pytest.mark.browser


async def test_what_was_said_is_found_and_opened_by_keyboard(signed_in_page: Page) -> None:
    page = signed_in_page
    field = page.get_by_role("searchbox", name="Search recordings and conversations")

    await page.keyboard.press("Control+k")
    await expect(field).to_be_focused()
    await page.keyboard.type('"silicone seal"')
    await page.keyboard.press("Enter")

    place = page.locator(".place__words")
    await expect(place).to_have_count(1)
    await expect(place).to_contain_text("Mara Quist")
    await expect(place.locator("mark")).to_have_text(["silicone", "seal"])
    await place.click()
    await expect(page).to_have_url(re.compile("/recordings/.*#segment-"))
    await expect(page.locator(":target")).to_contain_text("silicone seal")


async def test_a_slash_focuses_the_search_where_nothing_can_be_asked(site: SiteProcess, signed_in_page: Page) -> None:
    page = signed_in_page
    await page.goto(f"{site.url}/recordings/")

    await page.keyboard.press("/")

    await expect(page.get_by_role("searchbox", name="Search recordings and conversations")).to_be_focused()
    await expect(page.get_by_role("searchbox", name="Search recordings and conversations")).to_have_value("")


@pytest.mark.parametrize(("path", "opens"), [("/recordings/", True), ("/", False)])
async def test_on_a_narrow_screen_the_shortcut_opens_the_menu_if_the_page_has_no_search(
    site: SiteProcess, signed_in_page: Page, path: str, opens: bool
) -> None:
    page = signed_in_page
    await page.set_viewport_size({"width": 390, "height": 780})
    await page.goto(f"{site.url}{path}")

    await page.keyboard.press("Control+k")

    await expect(page.locator("#sidebar:popover-open")).to_have_count(int(opens))
    await expect(page.get_by_role("searchbox", name="Search recordings and conversations")).to_be_visible()
    await expect(page.get_by_role("searchbox", name="Search recordings and conversations")).to_be_focused()


async def test_a_place_plays_from_its_beginning_to_its_end(site: SiteProcess, signed_in_page: Page) -> None:
    page = signed_in_page
    await page.add_init_script(f"({WATCH})()")
    await page.goto(f"{site.url}/search/?q=seal+shrinks")
    button, place = page.locator(".place [data-play]"), page.locator(".place")
    start, end = map(float, (await button.get_attribute("href") or "").partition("#t=")[2].split(","))

    await button.click()
    await expect(button).to_have_attribute("data-state", "playing")
    await expect(button).to_have_attribute("aria-label", re.compile("^Pause from"))
    await expect(place).to_have_attribute("data-playing", "")
    assert start <= await page.evaluate(TIME) < end

    await page.evaluate(f"[...window.sounds][0].currentTime = {end - 0.2}")
    await expect(button).to_have_attribute("data-state", "silent", timeout=15_000)
    await expect(place).not_to_have_attribute("data-playing", "")
    assert await page.evaluate(PLAYING) == 0
    assert await page.evaluate(TIME) == pytest.approx(end, abs=1)


async def test_without_script_a_place_is_found_and_its_audio_opens(site: SiteProcess, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, site)
    await page.get_by_role("searchbox", name="Search recordings and conversations").fill("seal shrinks")
    await page.keyboard.press("Enter")

    await expect(page.locator(".place__words")).to_contain_text("shrinks below 6 degrees")
    address = await page.locator(".place [data-play]").get_attribute("href")
    response = await context.request.get(f"{site.url}{address}")
    assert response.headers["content-type"] == "audio/mpeg"
    await context.close()


async def test_a_recording_plays_from_the_list(site: SiteProcess, signed_in_page: Page) -> None:
    page = signed_in_page
    await page.add_init_script(f"({WATCH})()")
    await page.goto(f"{site.url}/recordings/")
    first, second = (page.get_by_label(re.compile("^(Play|Pause) Heron launch")).nth(number) for number in (0, 1))

    await first.click()
    await expect(first).to_have_attribute("data-state", "playing")
    await second.click()
    await expect(second).to_have_attribute("data-state", "playing")

    await expect(first).to_have_attribute("data-state", "silent")
    assert await page.evaluate(PLAYING) == 1
    await second.click()
    await expect(second).to_have_attribute("data-state", "silent")
    assert await page.evaluate(PLAYING) == 0
