"""From the first run of a site to somebody's last day, in Chromium, on both servers."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.async_api import Browser, Page, expect

from ..support.accessibility import violations
from ..support.identity_provider import IdentityProvider, providing
from ..support.signing_in import link_to, use_link
from ..support.site_process import SiteProcess
from .coming import DESK, PASSWORD, PHONE, accept, add_authenticator, fill_in_first_run, first_run_link, invite

pytestmark = pytest.mark.browser

SECONDS = 5.0
SCIM_TOKEN = "scim-token-of-thirty-two-characters"  # of this test
QUESTION = "How much does the Heron cost?"
REASON = "The weekly sample"
PEOPLE = """
from django.contrib.auth.models import Group, User
from chat.models import Collection, Membership, Recording
Group.objects.get_or_create(name="Reviewers")[0].user_set.add(User.objects.create_user("rita"))
collection = Collection.objects.create(name="Sales calls")
Membership.objects.create(collection=collection, group=Group.objects.create(name="Sales"))
print(Recording.objects.update(collection=collection))
"""


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[IdentityProvider]:
    folder = tmp_path / "provider"
    folder.mkdir()
    with providing(folder) as provider:
        yield provider


@pytest.fixture
async def ada(browser: Browser) -> AsyncIterator[Page]:
    """The page of who runs the site first, at a desk."""
    context = await browser.new_context(viewport=DESK)
    page = await context.new_page()
    await add_authenticator(page)
    yield page
    await context.close()


@pytest.fixture
async def ana(browser: Browser) -> AsyncIterator[Page]:
    """The page of who is invited, on a phone in the dark."""
    context = await browser.new_context(viewport=PHONE, color_scheme="dark")
    await context.route(lambda url: "127.0.0.1" not in url and "localhost" not in url, lambda route: route.abort())
    yield await context.new_page()
    await context.close()


@pytest.fixture
async def rita(browser: Browser) -> AsyncIterator[Page]:
    """The page of a reviewer."""
    context = await browser.new_context(viewport=DESK)
    yield await context.new_page()
    await context.close()


def home(site: SiteProcess) -> str:
    """Return the address under which the site has passkeys."""
    return f"http://localhost:{site.port}"


async def run_first(page: Page, site: SiteProcess) -> None:
    """Become the administrator, of whom the site requires a second factor, and add a passkey."""
    await page.goto(first_run_link(site).replace(site.url, home(site)))
    await fill_in_first_run(page)
    await page.get_by_role("link", name="Add a passkey").press("Enter")
    await expect(page.get_by_role("button", name="Add passkey")).to_be_enabled()
    await page.get_by_label("Name of the passkey").fill("my laptop")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="I have kept them").press("Enter")
    await expect(page.get_by_text("my laptop")).to_be_visible()
    await page.goto(home(site))


async def sign_out(page: Page, site: SiteProcess) -> None:
    await page.context.clear_cookies()
    await page.goto(f"{home(site)}/accounts/login/")


async def come_with_passkey(page: Page, site: SiteProcess) -> None:
    await sign_out(page, site)
    await page.get_by_label("User name").fill("ada")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    await expect(page.get_by_role("button", name="Use a passkey")).to_be_enabled()
    await page.get_by_role("button", name="Use a passkey").press("Enter")
    await expect(page.locator("[data-question-input]")).to_be_visible()


async def come_by_provider(page: Page, site: SiteProcess) -> None:
    await sign_out(page, site)
    assert await violations(page) == []
    await page.get_by_role("link", name="Sign in with Example Ltd").press("Enter")
    await page.locator("input[name=sub]").fill("ana-7")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-question-input]")).to_be_visible()


async def ask(page: Page) -> None:
    await page.locator("[data-question-input]").fill(QUESTION)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-sources]")).to_be_attached()


async def review(page: Page, site: SiteProcess) -> None:
    """Read the conversation, for a reason."""
    await use_link(page, link_to(site, "rita"))
    await page.goto(f"{site.url}/admin/chat/conversation/")
    await page.locator("#result_list tbody th a").first.click()
    await page.get_by_label("Reason").fill(REASON)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(QUESTION).first).to_be_visible()


def deactivate(site: SiteProcess, username: str) -> None:
    """Let the directory of the organisation deactivate somebody."""
    [(pk,)] = site.rows("SELECT id FROM auth_user WHERE username = ?", username)
    change = {"op": "replace", "path": "active", "value": False}
    document = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [change]}
    headers = {"Authorization": f"Bearer {SCIM_TOKEN}", "Content-Type": "application/scim+json"}
    address = f"{site.url}/scim/v2/Users/{pk}"
    urlopen(Request(address, json.dumps(document).encode(), headers, method="PATCH")).close()  # noqa: S310  # our site


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_from_the_first_run_to_the_last_day(
    start_site: Callable[..., SiteProcess], provider: IdentityProvider, ada: Page, ana: Page, rita: Page, server: str
) -> None:
    site = start_site(
        SERVER=server,
        SECOND_FACTOR="administrators",
        SSO_OIDC_ISSUER=provider.url,
        SSO_OIDC_CLIENT_ID="chatsite",
        SSO_OIDC_CLIENT_SECRET="secret-of-the-client",
        SSO_OIDC_NAME="Example Ltd",
        SSO_OIDC_GROUPS_CLAIM="groups",
        SCIM_TOKEN=SCIM_TOKEN,
    )
    await run_first(ada, site)
    site.manage("shell", "--no-imports", "-v0", "-c", PEOPLE)
    await invite(ada, "Ana Lima", "ana@example.com")
    await accept(ana, await ada.get_by_role("textbox", name="Send it to nobody else").input_value())
    await ana.goto(f"{home(site)}/recordings/")
    await expect(ana.get_by_text("Sales calls")).to_have_count(0)

    provider.knows("ana-7", email="ana@example.com", email_verified=True, groups=["Sales"])
    await come_by_provider(ana, site)
    await ana.goto(f"{home(site)}/recordings/")
    await expect(ana.get_by_text("Sales calls").first).to_be_visible()
    await come_with_passkey(ada, site)
    await ana.goto(home(site))
    await ask(ana)
    await review(rita, site)

    await ana.goto(f"{home(site)}/accounts/reads/")
    await expect(ana.get_by_role("list", name="Reads")).to_contain_text("rita")
    await expect(ana.get_by_role("list", name="Reads")).to_contain_text(REASON)
    assert await violations(ana) == []
    await ana.goto(home(site))
    began = time.monotonic()
    deactivate(site, "ana")
    await expect(ana.get_by_role("alert")).to_contain_text("your account was deactivated", timeout=60_000)
    assert time.monotonic() - began < SECONDS
    assert await violations(ana) == []
