"""Every page in a real browser: accessible, usable at every width, without errors in the console."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from ..support.accessibility import violations
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
MAKE_REVIEWER = """
from django.contrib.auth.models import Group, User
Group.objects.get(name="Reviewers").user_set.add(User.objects.get(username="carol"))
"""
OPEN = "for (const details of document.querySelectorAll('details')) details.open = true"


@pytest.fixture(scope="module")
async def state(site: SiteProcess, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cookies of carol, who is a superuser and a reviewer, and has asked a question."""
    site.manage("createsuperuser", "--noinput", "--username", "carol", "--email", "carol@example.com")
    site.manage("shell", "--no-imports", "-v0", "-c", MAKE_REVIEWER)
    context = await browser.new_context()
    page = await context.new_page()
    await sign_in(page, site, "carol")
    await page.locator("[data-question-input]").fill("When does the Heron launch, and what does it cost?")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-sources]")).to_be_visible(timeout=20_000)
    await context.storage_state(path=(kept := tmp_path_factory.mktemp("carol") / "state.json"))
    await context.close()
    return kept


@pytest.fixture
async def context(browser: Browser, state: Path) -> AsyncIterator[BrowserContext]:
    """A browser in which carol is signed in."""
    context = await browser.new_context(storage_state=state)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page of that browser; the test fails if its console has an error."""
    page, errors = await context.new_page(), []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


async def pages(page: Page, site: SiteProcess) -> list[str]:
    """Return the addresses of one page of each kind."""
    await page.goto(site.url)
    conversation = await page.locator("[data-conversations] li a").first.get_attribute("href")
    await page.goto(f"{site.url}/recordings/")
    recording = await page.locator("a.row").first.get_attribute("href")
    account = ["/accounts/password/", "/accounts/tokens/", "/about/data/", "/about/reviewers/", "/collections/"]
    account += ["/accounts/", "/accounts/data/", "/accounts/conversations/delete/", "/accounts/delete/"]
    account += ["/people/", "/people/1/", "/people/1/delete/"]
    account += ["/recordings/upload/", "/accounts/invitations/", "/holds/", "/holds/new/"]
    return ["/", f"{conversation}", "/conversations/all/", "/recordings/", f"{recording}", "/search/?q=heron", *account]


@pytest.mark.parametrize(("scheme", "size"), [("light", PHONE), ("dark", DESK)], ids=["light phone", "dark desk"])
async def test_pages_are_accessible(page: Page, site: SiteProcess, scheme: Any, size: Any) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size(size)

    all_violations = []
    for path in await pages(page, site):
        await page.goto(site.url + path)
        await page.evaluate(OPEN)
        all_violations += await violations(page)

    assert all_violations == []


async def test_the_sign_in_page_is_accessible(browser_page: Page, site: SiteProcess) -> None:
    await browser_page.goto(f"{site.url}/accounts/login/")

    assert await violations(browser_page) == []


async def test_no_page_is_wider_than_a_phone(page: Page, site: SiteProcess) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})

    for path in await pages(page, site):
        await page.goto(site.url + path)
        for _ in ("folded", "unfolded"):
            assert await page.evaluate("document.documentElement.scrollWidth") <= 360, path
            await page.evaluate(OPEN)


async def test_on_a_phone_the_menu_opens_the_conversations(context: BrowserContext, site: SiteProcess) -> None:
    plain = await context.browser.new_context(  # type: ignore[union-attr]
        storage_state=await context.storage_state(),
        java_script_enabled=False,
        viewport=PHONE,  # type: ignore[arg-type]
    )
    page = await plain.new_page()
    await page.goto(site.url)
    conversations = page.get_by_role("navigation", name="Conversations")

    await expect(conversations).to_be_hidden()
    await page.get_by_role("button", name="Conversations and menu").click()
    await expect(conversations).to_be_visible()
    await plain.close()


async def test_the_first_tab_stop_skips_the_menu(page: Page, site: SiteProcess) -> None:
    await page.goto(f"{site.url}/recordings/")

    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    await expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize(("scheme", "size"), [("light", PHONE), ("dark", DESK)], ids=["light phone", "dark desk"])
async def test_a_token_is_created_and_revoked_by_keyboard(
    page: Page, site: SiteProcess, scheme: Any, size: Any
) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size(size)
    await page.goto(f"{site.url}/accounts/tokens/")
    await page.get_by_label("Name of the new token").focus()
    await page.keyboard.type("reports of a very-long-name-that-does-not-break-anywhere")
    await page.keyboard.press("Enter")

    await expect(page.get_by_label("Copy it now.")).to_be_focused()
    await page.evaluate(OPEN)
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    await page.get_by_role("button", name="Revoke").focus()
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("status").filter(has_text="was revoked")).to_be_visible()
    await expect(page.get_by_text("You have no tokens.")).to_be_visible()


async def test_the_linked_segment_is_not_hidden_behind_the_player(page: Page, site: SiteProcess) -> None:
    await page.set_viewport_size({"width": 360, "height": 400})
    recording = (await pages(page, site))[4]

    await page.goto(f"{site.url}{recording}#segment-8")

    await expect(page.locator("#segment-8")).to_be_in_viewport(ratio=1)
    player, place = await page.locator(".player").bounding_box(), await page.locator("#segment-8").bounding_box()
    assert player
    assert place
    assert place["y"] >= player["y"] + player["height"]


async def test_a_printed_conversation_is_complete(page: Page, site: SiteProcess) -> None:
    await page.goto(site.url + (await pages(page, site))[1])

    await page.emulate_media(media="print")

    await expect(page.locator("[data-composer]")).to_be_hidden()
    await expect(page.locator(".source").first).to_be_visible()
    assert await page.evaluate("getComputedStyle(document.querySelector('[data-scroller]')).overflowY") == "visible"


async def test_the_pages_of_the_admin_have_no_errors(page: Page, site: SiteProcess) -> None:
    await page.goto(f"{site.url}/admin/")
    paths = [
        "/admin/",
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        "/admin/auth/group/add/",
        "/admin/chat/recording/",
        "/admin/chat/apitoken/",
    ]
    for kind in ("conversation", "recording"):
        await page.goto(f"{site.url}/admin/chat/{kind}/")
        row = await page.locator("#result_list tbody th a").first.get_attribute("href")
        paths += [f"/admin/chat/{kind}/", f"{row}", f"{row}".replace("/change/", "/history/")]

    for path in paths:  # the fixture page records the errors of the console
        response = await page.goto(site.url + path)
        assert response
        assert response.status == 200


async def test_on_a_phone_the_page_says_that_the_model_quotes(page: Page, site: SiteProcess) -> None:
    await page.set_viewport_size({"width": 390, "height": 740})
    paths = await pages(page, site)

    for path in paths[:2]:
        await page.goto(site.url + path)
        hint = page.get_by_text("it quotes word for word what was said, and does not think")
        await expect(hint).to_be_in_viewport(ratio=1)
    await expect(page.get_by_text("Quoted by the built-in model").first).to_be_visible()
