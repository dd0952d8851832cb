"""How people come in, in a real browser: first run, invitation, account; by keyboard, on a phone and in the dark."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from ..support.accessibility import violations
from ..support.mail_server import MailServer
from ..support.site_process import SiteProcess
from .coming import DESK, PHONE, accept, fill_in_first_run, first_run_link, found_in, invite

pytestmark = pytest.mark.browser


@pytest.fixture
async def desk(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport=DESK)
    yield context
    await context.close()


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[Page]:
    """A phone in the dark, on which nobody is signed in."""
    context = await browser.new_context(viewport=PHONE, color_scheme="dark")
    yield await context.new_page()
    await context.close()


async def become_administrator(page: Page, site: SiteProcess) -> None:
    """Use the link of the first run, with the keyboard alone."""
    await page.goto(first_run_link(site))
    assert await violations(page) == []
    await fill_in_first_run(page)
    await expect(page.get_by_role("status").filter(has_text="You are the administrator")).to_be_visible()


async def test_first_run_then_an_invitation_then_signed_in(
    start_site: Callable[..., SiteProcess], desk: BrowserContext, phone: Page
) -> None:
    site = start_site()
    page = await desk.new_page()
    await become_administrator(page, site)
    await invite(page, "Ana Lima", "ana@example.com")
    shown = page.get_by_role("textbox", name="Send it to nobody else")
    await expect(shown).to_be_focused()
    assert await violations(page) == []
    link = await shown.input_value()

    await accept(phone, link)

    await expect(phone.get_by_role("status").filter(has_text="Welcome, Ana Lima.")).to_be_visible()
    await page.reload()
    await page.goto(f"{site.url}/accounts/invitations/")
    await expect(page.get_by_text("came in as ana")).to_be_visible()
    await page.set_viewport_size(PHONE)
    await page.emulate_media(color_scheme="dark")
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_with_a_mail_server_the_invitation_comes_by_mail(
    start_site: Callable[..., SiteProcess], desk: BrowserContext, phone: Page
) -> None:
    async with MailServer() as server:
        site = start_site(EMAIL_URL=server.url, EMAIL_FROM="chatsite@example.com", SERVER="uvicorn")
        page = await desk.new_page()
        await become_administrator(page, site)
        await invite(page, "Ana Lima", "ana@example.com")
        mail = await server.next_mail()

        await expect(page.get_by_role("status").filter(has_text="is being sent to ana@example.com")).to_be_visible()
        await accept(phone, found_in(mail, "/accounts/invitation/"))


async def test_who_has_forgotten_the_password_sets_a_new_one_and_hears_of_the_new_browser(
    start_site: Callable[..., SiteProcess], desk: BrowserContext, phone: Page
) -> None:
    async with MailServer() as server:
        site = start_site(EMAIL_URL=server.url, EMAIL_FROM="chatsite@example.com")
        await become_administrator(await desk.new_page(), site)
        await phone.goto(f"{site.url}/accounts/login/")
        await phone.get_by_role("link", name="Forgot your password?").press("Enter")
        await phone.get_by_label("E-mail address").fill("ada@example.com")
        assert await violations(phone) == []
        await phone.keyboard.press("Enter")
        await expect(phone.get_by_role("heading", name="Check your mail")).to_be_visible()
        assert await violations(phone) == []

        await phone.goto(found_in(await server.next_mail(), "/accounts/forgotten/"))
        assert await violations(phone) == []
        assert await phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for label in ("New password", "New password again"):
            await phone.get_by_label(label, exact=True).fill("one-more-other-word")
        await phone.keyboard.press("Enter")
        await expect(phone.get_by_role("status").filter(has_text="Your password was changed")).to_be_visible()
        await phone.get_by_label("User name").fill("ada")
        await phone.get_by_label("Password").fill("one-more-other-word")
        await phone.keyboard.press("Enter")
        await expect(phone.locator("[data-question-input]")).to_be_visible()

        assert "Browser: Chrome on Linux" in await server.next_mail()


async def test_a_mail_server_that_refuses_is_said_with_a_link_to_copy(
    start_site: Callable[..., SiteProcess], desk: BrowserContext, phone: Page
) -> None:
    async with MailServer(refusal="550 not here") as server:
        site = start_site(EMAIL_URL=server.url, EMAIL_FROM="chatsite@example.com")
        page = await desk.new_page()
        await become_administrator(page, site)
        await invite(page, "Ana Lima", "ana@example.com")
        await expect(page.get_by_role("status").filter(has_text="is being sent to ana@example.com")).to_be_visible()
        failed = page.get_by_text("not sent, so copy a link and send it yourself")
        while not await failed.is_visible():
            await page.reload()

        assert await violations(page) == []
        await page.get_by_role("button", name="New link to copy for Ana Lima").press("Enter")
        await accept(phone, await page.get_by_role("textbox", name="Send it to nobody else").input_value())
