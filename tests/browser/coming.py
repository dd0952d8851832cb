"""What people do to come in: the first run, an invitation, and the virtual authenticator of their browser."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Page, expect

from ..support.accessibility import violations
from ..support.site_process import SiteProcess

DESK: Any = {"width": 1280, "height": 800}
PHONE: Any = {"width": 390, "height": 740}
PASSWORD = "quite-another-word"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def first_run_link(site: SiteProcess) -> str:
    [link] = re.findall(r"http\S+/accounts/first/\S+", site.output)
    return str(link)


def found_in(mail: str, path: str) -> str:
    """Return the link in a mail with this path."""
    [link] = re.findall(rf"http\S+{path}\S+", mail)
    return str(link)


async def fill_in_first_run(page: Page) -> None:
    """Fill in the page of the first administrator with the keyboard alone."""
    await page.get_by_label("User name").focus()
    for text in ("ada", "ada@example.com", PASSWORD, PASSWORD):
        await page.keyboard.type(text)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")


async def invite(page: Page, name: str, email: str) -> None:
    """Open the page of invitations from the menu, and invite somebody with the keyboard."""
    await page.get_by_role("link", name="People", exact=True).press("Enter")
    await page.get_by_role("link", name="Invite people").press("Enter")
    assert await violations(page) == []
    await page.get_by_label("Name", exact=True).focus()
    await page.keyboard.type(name)
    await page.keyboard.press("Tab")
    await page.keyboard.type(email)
    await page.keyboard.press("Enter")


async def accept(page: Page, link: str) -> None:
    await page.goto(link)
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await expect(page.get_by_label("User name")).to_have_value("ana")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("Password again").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-question-input]")).to_be_visible()


async def add_authenticator(page: Page) -> None:
    """Let the browser of a page make passkeys."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
