"""A passkey as second factor in a real browser, by keyboard; the authenticator is Chromium's virtual one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser, Page, expect

from ..support.accessibility import violations
from ..support.site_process import SiteProcess
from .coming import DESK, PHONE, add_authenticator

pytestmark = pytest.mark.browser

PASSWORD = "long-secret-words"
MAKE_HANA = f"""
from django.contrib.auth.models import User
User.objects.create_superuser("hana", "hana@example.com", {PASSWORD!r})
"""


@pytest.fixture
async def hanas(browser: Browser) -> AsyncIterator[Page]:
    """A page in a browser that can make passkeys."""
    context = await browser.new_context(viewport=DESK)
    page = await context.new_page()
    await add_authenticator(page)
    yield page
    await context.close()


async def type_password(page: Page) -> None:
    await page.get_by_label("User name").focus()
    await page.keyboard.type("hana")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")


async def check_look(page: Page) -> None:
    """Check the page in both themes, on a desk and on a phone."""
    for viewport, scheme in ((PHONE, "dark"), (DESK, "light")):
        await page.set_viewport_size(viewport)
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


async def test_password_then_passkey_where_the_site_requires_a_second_factor(
    start_site: Callable[..., SiteProcess], hanas: Page
) -> None:
    site = start_site(SECOND_FACTOR="administrators")
    site.manage("shell", "--no-imports", "-v0", "-c", MAKE_HANA)
    page, home = hanas, f"http://localhost:{site.port}"

    await page.goto(home)
    await type_password(page)
    await expect(page.get_by_role("alert")).to_contain_text("requires a second factor of you")
    await check_look(page)
    await page.get_by_role("link", name="Set up an app").press("Enter")
    await check_look(page)
    await page.get_by_role("link", name="Cancel").press("Enter")
    await page.get_by_role("link", name="Add a passkey").press("Enter")
    await check_look(page)
    await expect(page.get_by_role("button", name="Add passkey")).to_be_enabled()
    await page.get_by_label("Name of the passkey").focus()
    await page.keyboard.type("my laptop")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    await check_look(page)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download").press("Enter")
    codes = re.findall(r"\d{4} \d{4}", (await (await download.value).path()).read_text())
    assert len(codes) == 10
    await page.get_by_role("link", name="I have kept them").press("Enter")
    await expect(page.get_by_text("my laptop")).to_be_visible()
    await check_look(page)
    await page.goto(f"{home}/accounts/")
    assert await violations(page) == []

    await page.context.clear_cookies()
    await page.goto(home)
    await type_password(page)
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    await check_look(page)
    await page.get_by_role("button", name="Use a passkey").press("Enter")
    await expect(page.locator("[data-question-input]")).to_be_visible()


async def test_enter_before_the_script_is_there_sends_nothing(
    start_site: Callable[..., SiteProcess], hanas: Page
) -> None:
    site = start_site(SECOND_FACTOR="offered")
    site.manage("shell", "--no-imports", "-v0", "-c", MAKE_HANA)
    page, home = hanas, f"http://localhost:{site.port}"
    await page.goto(home)
    await type_password(page)
    await expect(page.locator("[data-question-input]")).to_be_visible()
    await page.route("**/*passkey*.js", lambda route: route.abort())

    await page.goto(f"{home}/accounts/second-factor/passkey/")
    await page.get_by_label("Name of the passkey").fill("my laptop")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("button", name="Add passkey")).to_be_disabled()
    await expect(page.get_by_role("alert")).to_have_count(0)
