"""How an administrator lets a colleague in, in a real browser: copy a link, open it, press its button."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from ..support.accessibility import violations
from ..support.signing_in import sign_in, use_link
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.browser

PHONE: Any = {"width": 390, "height": 740}
DESK: Any = {"width": 1280, "height": 800}
WITHOUT_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"


@pytest.fixture(scope="module")
async def administrator(site: SiteProcess, browser: Browser) -> AsyncIterator[BrowserContext]:
    """The browser of a superuser."""
    site.manage("createsuperuser", "--noinput", "--username", "ada", "--email", "ada@example.com")
    context = await browser.new_context(viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    await sign_in(await context.new_page(), site, "ada")
    yield context
    await context.close()


@pytest.fixture
async def colleague(browser: Browser) -> AsyncIterator[Page]:
    """A phone on which nobody is signed in."""
    context = await browser.new_context(viewport=PHONE)
    yield await context.new_page()
    await context.close()


async def add_user(context: BrowserContext, site: SiteProcess, name: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{site.url}/admin/auth/user/add/")
    await page.get_by_label("Username").fill(name)
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".link-maker")).to_be_visible()
    return page


async def make_link(page: Page) -> str:
    await page.get_by_role("button", name="Make a sign-in link").click()
    return await page.get_by_role("textbox", name="This link signs in").input_value()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_an_administrator_adds_a_user_and_copies_a_link(
    administrator: BrowserContext, site: SiteProcess, scheme: str
) -> None:
    page = await add_user(administrator, site, f"mara-{scheme}")
    if scheme == "http":  # where a browser has no clipboard for scripts
        await page.add_init_script(WITHOUT_CLIPBOARD)

    assert await violations(page, ".link-maker") == []
    link = await make_link(page)
    assert await violations(page, ".made-link") == []
    await page.get_by_role("button", name="Copy", exact=True).click()

    await expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
    await expect(page.get_by_role("textbox", name="This link signs in")).to_be_focused()
    other = await administrator.new_page()
    await other.goto(f"{site.url}/recordings/")
    await other.get_by_role("searchbox").first.focus()
    await other.keyboard.press("Control+V")
    assert await other.get_by_role("searchbox").first.input_value() == link


async def test_a_colleague_comes_by_a_link_and_is_asked_once_for_a_password(
    administrator: BrowserContext, site: SiteProcess, colleague: Page
) -> None:
    admin_page = await add_user(administrator, site, "noor")
    await colleague.goto(await make_link(admin_page))
    await colleague.reload()
    assert await violations(colleague) == []
    await colleague.get_by_role("button", name="Sign in").press("Enter")

    await expect(colleague.get_by_role("heading", name="Set a password?")).to_be_visible()
    assert await violations(colleague) == []
    assert await colleague.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await colleague.get_by_role("link", name="Not now").click()
    await expect(colleague.locator("[data-question-input]")).to_be_visible()

    await admin_page.go_back()
    await admin_page.reload()
    await colleague.goto(await make_link(admin_page))
    await colleague.get_by_role("button", name="Sign in").click()
    await expect(colleague.locator("[data-question-input]")).to_be_visible()


async def test_a_used_link_says_what_to_do(site: SiteProcess, colleague: Page) -> None:
    link = site.sign_in_link()
    await use_link(colleague, link)
    await colleague.context.clear_cookies()

    await colleague.goto(link)

    await expect(colleague.get_by_role("heading", name="This link no longer works")).to_be_visible()
    await expect(colleague.get_by_role("link", name="Sign in with a password")).to_be_visible()
    assert await violations(colleague) == []
    assert await colleague.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
