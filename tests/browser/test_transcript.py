"""A transcript on a running site: accessible in each of its states, also without a script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from ..support.accessibility import violations
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.browser


async def open_planning(page: Page, site: SiteProcess) -> None:
    await sign_in(page, site, "demo")
    await page.goto(f"{site.url}/recordings/")
    await page.get_by_role("link", name="Heron launch planning").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Heron launch planning")


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
async def test_a_transcript_is_accessible_in_its_states(page: Page, site: SiteProcess, scheme: Any, width: int) -> None:
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.set_viewport_size({"width": width, "height": 800})
    await open_planning(page, site)
    await page.locator("[data-play]").nth(2).click()
    await expect(page.locator("[aria-current=true]")).to_have_count(1)
    assert await violations(page) == []

    await page.get_by_label("Find words in this recording").fill("heron")
    await expect(page.locator("mark").first).to_be_visible()
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == width

    await page.get_by_label("Find words in this recording").fill("zebra")
    await expect(page.locator("[data-found]")).to_contain_text("No places")
    assert await violations(page) == []


async def test_a_transcript_is_filtered_without_a_script(browser: Browser, site: SiteProcess) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await open_planning(page, site)
    whole = await page.locator(".segment").count()

    await page.get_by_label("Speaker").select_option("Mara Quist")
    await page.get_by_label("Find words in this recording").fill("heron")
    await page.get_by_role("button", name="Find").click()

    await expect(page.locator(".run__speaker bdi").first).to_have_text("Mara Quist")
    assert 0 < await page.locator(".segment").count() < whole
    await page.locator(".segment").last.get_by_role("link").click()
    await expect(page.locator(".segment")).to_have_count(whole)
    await expect(page.locator(".segment:target")).to_be_in_viewport()
    await context.close()
