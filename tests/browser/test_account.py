"""The account page and the list of people in a real browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Download, Page, expect

from ..support.accessibility import violations
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 780}
MAKE_PEOPLE = """
from django.contrib.auth.models import User
for name in ("dora", "emil"):
    User.objects.get_or_create(username=name)
User.objects.filter(username="olga").exists() or User.objects.create_superuser("olga")
"""
MAKE_CONVERSATIONS = """
from django.contrib.auth.models import User
from chat.models import Conversation, TitleWord
owner = User.objects.get(username="dora")
Conversation.objects.bulk_create(Conversation(user=owner, title=f"Question {n}") for n in range(300))
"""


@pytest.fixture(scope="module", autouse=True)
def people(site: SiteProcess) -> None:
    site.manage("shell", "--no-imports", "-v0", "-c", MAKE_PEOPLE)


@pytest.fixture
async def contexts(browser: Browser) -> AsyncIterator[list[BrowserContext]]:
    """Two browsers, the second one dark and as narrow as a phone."""
    contexts = [
        await browser.new_context(),
        await browser.new_context(viewport=PHONE, color_scheme="dark"),  # type: ignore[arg-type]
    ]
    yield contexts
    for context in contexts:
        await context.close()


async def background(page: Page) -> str:
    return str(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


async def test_name_zone_and_theme_are_chosen_by_keyboard(contexts: list[BrowserContext], site: SiteProcess) -> None:
    page = await contexts[0].new_page()
    await sign_in(page, site, "emil")
    await page.goto(f"{site.url}/accounts/")
    light = await background(page)

    await page.get_by_label("Name", exact=True).focus()
    await page.keyboard.type("Emil Reed")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Tokyo")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Dark")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert await background(page) != light
    assert await violations(page) == []
    await expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    signed_in = page.locator(".device time").first
    await expect(signed_in).to_have_attribute("title", re.compile(r"GMT\+9|Japan"))


async def test_the_chosen_theme_wins_over_the_system(contexts: list[BrowserContext], site: SiteProcess) -> None:
    page = await contexts[1].new_page()
    await sign_in(page, site, "dora")
    dark = await background(page)
    await page.goto(f"{site.url}/accounts/")

    await page.get_by_label("Theme").select_option("light")
    await page.get_by_role("button", name="Save").click()

    await expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert await background(page) == "rgb(255, 255, 255)" != dark
    await page.get_by_label("Theme").select_option("")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Theme")).to_have_value("")


async def test_signing_out_the_others_closes_their_pages_at_once(
    contexts: list[BrowserContext], site: SiteProcess
) -> None:
    here, there = [await context.new_page() for context in contexts]
    await sign_in(there, site, "emil")
    await sign_in(here, site, "emil")
    await here.goto(f"{site.url}/accounts/")

    await here.get_by_role("button", name="Sign out the others").focus()
    await here.keyboard.press("Enter")

    await expect(there).to_have_url(f"{site.url}/accounts/login/?next=/", timeout=5_000)
    await expect(here.get_by_text("You are signed out in the")).to_be_visible()
    await expect(here.get_by_text("this one")).to_have_count(1)


async def test_a_long_export_shows_its_progress_and_is_fetched(
    contexts: list[BrowserContext], site: SiteProcess
) -> None:
    site.manage("shell", "--no-imports", "-v0", "-c", MAKE_CONVERSATIONS)
    page = await contexts[1].new_page()
    await sign_in(page, site, "dora")
    await page.goto(f"{site.url}/accounts/data/")

    await page.get_by_role("button", name="Prepare my data").click()

    await expect(page.get_by_role("progressbar")).to_be_visible()
    assert await violations(page) == []
    link = page.get_by_role("link", name="Download")
    await expect(link).to_be_visible(timeout=60_000)
    async with page.expect_download() as fetched:
        await link.click()
    download: Download = await fetched.value
    assert download.suggested_filename.startswith("my-data-")


async def test_who_is_deactivated_learns_why_within_five_seconds(
    contexts: list[BrowserContext], site: SiteProcess
) -> None:
    office, leaver = [await context.new_page() for context in contexts]
    await sign_in(leaver, site, "emil")
    await sign_in(office, site, "olga")
    await office.goto(f"{site.url}/people/?q=emil")
    await office.locator("a.row").click()

    await office.get_by_role("button", name="Deactivate").focus()
    await office.keyboard.press("Enter")

    await expect(leaver.get_by_text("because your account was deactivated")).to_be_visible(timeout=5_000)
    assert await violations(leaver) == []
    await expect(office.get_by_text("was deactivated and is signed out everywhere")).to_be_visible()
    assert await violations(office) == []
