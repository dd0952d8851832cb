"""The whole way in a real browser: to the provider, back with a group that opens a collection, and out of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from ..support.accessibility import violations
from ..support.identity_provider import IdentityProvider
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.browser

PHONE: Any = {"width": 390, "height": 740}
RECORDING = UUID("22222222-2222-4222-8222-222222222222")
SET_UP = f"""
from django.contrib.auth.models import Group, User
from chat.models import Collection, Recording
sales = Collection.objects.create(name="Sales calls", everyone=False)
sales.memberships.create(group=Group.objects.create(name="Sales"), role="listen")
Recording.objects.create(uuid="{RECORDING}", title="Price of the heron", digest="d", collection=sales)
User.objects.create_user("eve", email="eve@example.com", password="eve-secret-words")
"""


@pytest.fixture
def site(start_site: Callable[..., SiteProcess], running_provider: IdentityProvider) -> SiteProcess:
    """A site that was used before, without single sign-on; its next start has it."""
    site = start_site()
    site.manage("shell", "--no-imports", "-c", SET_UP)
    site.stop()
    site.environ |= {"SSO_OIDC_ISSUER": running_provider.url, "SSO_OIDC_CLIENT_ID": "chatsite"}
    site.environ |= {"SSO_OIDC_CLIENT_SECRET": "secret-of-the-client"}
    site.environ |= {"SSO_OIDC_GROUPS_CLAIM": "groups", "SSO_OIDC_NAME": "Example Ltd"}
    return site.start()


async def sign_in(page: Page, site: SiteProcess) -> None:
    """Open the site and sign in at the provider, by the button that comes first on the sign-in page."""
    await page.goto(site.url)
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Sign in with Example Ltd")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_placeholder("sub").fill("eve-1")
    await page.get_by_role("button", name="Authorize").click()
    await expect(page).to_have_url(f"{site.url}/")


async def test_a_group_of_the_provider_opens_a_collection(
    browser: Browser, site: SiteProcess, running_provider: IdentityProvider
) -> None:
    running_provider.knows("eve-1", email="eve@example.com", email_verified=True, groups=["Sales"])
    context = await browser.new_context(viewport=PHONE, color_scheme="dark")
    page = await context.new_page()

    await sign_in(page, site)
    await page.goto(f"{site.url}/recordings/{RECORDING}/")
    await expect(page.get_by_role("heading", name="Price of the heron")).to_be_visible()

    await page.goto(f"{site.url}/accounts/sso/callback/?state=stale&code=stale")
    await expect(page.get_by_role("alert")).to_contain_text("Please begin anew")
    assert await violations(page) == []

    await page.goto(f"{site.url}/accounts/")
    form = page.locator("form[action='/accounts/logout/']").first
    await form.evaluate("form => form.requestSubmit()")
    await page.get_by_role("button", name="End session").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.get_by_label("User name").fill("eve")
    await page.get_by_label("Password").fill("eve-secret-words")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{site.url}/")
    await context.close()
