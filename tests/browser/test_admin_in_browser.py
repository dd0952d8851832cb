"""The admin in a real browser: accessible in light and dark at every width, and the review goes by keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from ..support.accessibility import violations
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess
from .test_pages_in_browser import DESK, OPEN

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
LIST = "/admin/chat/conversation/"
PAGES = ("reason", "unmask", "print")

SEED = """
from django.contrib.auth.models import Group, User
from chat.models import REVIEWERS, ApiToken, LoginSession, ReviewLabel
from tests.support.asked import asked, citing, recorded
dana = User.objects.create_superuser("dana")
dana.groups.add(Group.objects.get(name=REVIEWERS))
login = LoginSession.objects.create(user=User.objects.create_user("oscar"))
recording = recorded("A planning meeting", "We ship in March.")
for number in range(3):
    turn = asked(login, f"Reviewed question {number}?", answer="In March [1].", citations=[citing(recording)])
    asked(login, "And then?", conversation=turn.conversation, state="failed")
    ReviewLabel.give(turn, dana, "wrong", "It was May.")
ApiToken.issue(dana, "reports")
"""


@pytest.fixture(scope="module")
async def state(site: SiteProcess, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cookies of dana, a superuser and reviewer; oscar has three conversations with failed turns and labels."""
    site.manage("shell", "-v", "0", "-c", SEED)
    context = await browser.new_context()
    page = await context.new_page()
    await sign_in(page, site, "dana")
    await context.storage_state(path=(kept := tmp_path_factory.mktemp("dana") / "state.json"))
    await context.close()
    return kept


@pytest.fixture
async def page(browser: Browser, state: Path) -> AsyncIterator[Page]:
    context = await browser.new_context(storage_state=state, viewport=DESK)  # type: ignore[arg-type]
    yield await context.new_page()
    await context.close()


async def search(page: Page, site: SiteProcess, words: str = "Reviewed") -> None:
    """Search in texts, and show the list of what is found."""
    await page.goto(f"{site.url}{LIST}search/")
    await page.get_by_label("Words").fill(words)
    await page.get_by_label("Reason").fill("The weekly sample")
    await page.get_by_role("button", name="Search").click()
    await expect(page.locator(".searched")).to_contain_text(words)


async def open_row(page: Page, number: int) -> None:
    """Open the conversation at this place of the list, and say why if that is asked."""
    await page.locator("#result_list tbody th a").nth(number).click()
    await say_why(page)


async def say_why(page: Page) -> None:
    if "Why do you read" in await page.locator("h1").inner_text():
        await page.get_by_label("Reason").fill("The weekly sample")
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Turns")).to_be_visible()


def title(page: Page) -> Any:
    return page.locator(".review__title")


async def paths(page: Page, site: SiteProcess) -> list[str]:
    """Return the addresses of one page of each kind."""
    await search(page, site)
    searched = page.url.removeprefix(site.url)
    await open_row(page, 0)
    opened = page.url.removeprefix(site.url)
    found = ["/admin/", "/admin/chat/", "/admin/auth/user/add/", "/admin/auth/group/", "/admin/auth/group/add/"]
    found += [searched, f"{LIST}search/", f"{LIST}export/"]
    found += [opened.replace("/change/", f"/{name}/") for name in PAGES]
    for kind in ("chat/conversation", "chat/recording", "chat/apitoken", "auth/user"):
        await page.goto(f"{site.url}/admin/{kind}/")
        row = await page.locator("#result_list tbody th a").first.get_attribute("href")
        assert row
        found += [f"/admin/{kind}/", row, row.replace("/change/", "/history/")]
        if kind in ("chat/recording", "auth/user"):
            found.append(row.replace("/change/", "/delete/"))
        if kind == "auth/user":
            found.append(row.replace("/change/", "/password/"))
    return [*found, "/accounts/password/"]


@pytest.mark.parametrize(("scheme", "size"), [("dark", DESK), ("light", PHONE)], ids=["dark desk", "light phone"])
async def test_pages_of_the_admin_are_accessible_and_fit(page: Page, site: SiteProcess, scheme: Any, size: Any) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size(size)

    all_violations = []
    for path in await paths(page, site):
        await page.goto(site.url + path)
        await page.evaluate(OPEN)
        all_violations += await violations(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], path

    assert all_violations == []


async def test_on_a_phone_the_review_is_read_without_scrolling_sideways(page: Page, site: SiteProcess) -> None:
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    await page.goto(site.url + LIST)
    assert await page.locator("#result_list").evaluate(INSIDE)
    await expect(page.locator("#result_list .chip").last).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("link", name="Failed turns")).to_be_in_viewport(ratio=1)
    await open_row(page, 0)

    assert await page.locator(".review__citations").first.evaluate(INSIDE)
    excerpt = await page.locator(".review__citations td:last-child").first.bounding_box()
    assert excerpt
    assert excerpt["width"] > 300


INSIDE = "table => table.getBoundingClientRect().right <= innerWidth && table.scrollWidth <= table.clientWidth"


async def test_errors_in_a_form_of_the_admin_are_accessible(page: Page, site: SiteProcess) -> None:
    await page.goto(f"{site.url}/admin/auth/user/add/")
    await page.get_by_role("button", name="Save", exact=True).click()

    await expect(page.get_by_text("Please correct the error")).to_be_visible()
    assert await violations(page) == []


async def test_the_admin_has_the_colours_of_the_site_in_light_and_dark(page: Page, site: SiteProcess) -> None:
    backgrounds = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        for path in ("/recordings/", "/admin/"):
            await page.goto(site.url + path)
            backgrounds.append(await page.evaluate(BACKGROUND))

    assert backgrounds[0] == backgrounds[1] != backgrounds[2] == backgrounds[3]


BACKGROUND = """() => {
  const colour = (element) => getComputedStyle(element).backgroundColor;
  return [document.body, document.documentElement].map(colour).find((each) => each !== "rgba(0, 0, 0, 0)");
}"""


async def test_keys_lead_to_the_next_and_the_previous_conversation(page: Page, site: SiteProcess) -> None:
    await search(page, site)
    found = page.url
    await open_row(page, 0)
    await expect(page.get_by_text("Keys: J next, K previous")).to_be_visible()

    await page.keyboard.press("j")
    await expect(page.get_by_label("Reason")).to_have_value("The weekly sample")
    await page.keyboard.press("Enter")
    await expect(title(page)).to_have_text("Reviewed question 1?")
    await expect(page.get_by_text("Keys: J next, K previous")).to_be_visible()  # its script is there
    await page.keyboard.press("k")
    await expect(title(page)).to_have_text("Reviewed question 2?")
    await page.get_by_role("link", name="Next →").click()
    await expect(title(page)).to_have_text("Reviewed question 1?")
    await page.get_by_role("link", name="Back to the list").click()
    await expect(page).to_have_url(found)


async def test_a_label_by_keyboard_keeps_the_filter_and_the_way(page: Page, site: SiteProcess) -> None:
    await page.goto(f"{site.url}{LIST}?label=any&failure=any&o=-0")
    await open_row(page, 1)
    await page.get_by_label("Good").last.focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="Save label").focus()
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("Your label was saved.")).to_be_visible()
    await expect(page.get_by_text("Keys: J next, K previous")).to_be_visible()
    assert "_changelist_filters=label%3Dany%26failure%3Dany%26o%3D-0" in page.url
    await page.keyboard.press("j")
    await say_why(page)
    await expect(title(page)).to_have_text("Reviewed question 0?")


async def test_keys_do_nothing_while_typing_and_lose_no_comment(page: Page, site: SiteProcess) -> None:
    await search(page, site)
    await open_row(page, 0)
    comment = page.get_by_label("Comment (optional)").first
    address = page.url

    await comment.fill("jk")
    await comment.press("j")
    assert await comment.input_value() == "jkj"
    await comment.blur()
    await page.keyboard.press("j")

    await expect(comment).to_be_focused()
    assert page.url == address


async def test_keys_can_be_switched_off_for_good(page: Page, site: SiteProcess) -> None:
    await search(page, site)
    await open_row(page, 0)
    address = page.url
    await page.get_by_label("Keys: J next, K previous").uncheck()

    for _ in ("now", "after a reload"):
        await page.keyboard.press("j")
        await expect(page.get_by_label("Keys: J next, K previous")).not_to_be_checked()
        assert page.url == address
        await page.reload()

    await page.get_by_label("Keys: J next, K previous").check()
    await page.keyboard.press("j")
    await say_why(page)
    await expect(title(page)).to_have_text("Reviewed question 1?")


async def test_the_list_can_be_downloaded(page: Page, site: SiteProcess) -> None:
    await search(page, site)
    await page.get_by_role("link", name="Export as CSV").click()
    await page.get_by_label("Reason").fill("For the works council")

    async with page.expect_download() as started:
        await page.get_by_role("button", name="Export").click()

    content = await asyncio.to_thread((await (await started.value).path()).read_bytes)
    assert content.count(b"\r\n") == 4
    assert b"Reviewed" not in content


async def test_the_page_prints_a_notice_and_the_print_view_the_conversation(page: Page, site: SiteProcess) -> None:
    await search(page, site)
    await open_row(page, 0)
    question, notice = page.locator(".review__question").first, page.get_by_text("This page prints no conversation.")
    await expect(notice).to_be_hidden()

    await page.emulate_media(media="print")
    await expect(notice).to_be_visible()
    await expect(question).to_be_hidden()
    await expect(title(page)).to_be_hidden()

    await page.emulate_media(media="screen")
    await page.evaluate("window.print = () => { window.printed = true }")
    await page.get_by_role("link", name="Print view").click()
    await page.evaluate("window.print = () => { window.printed = true }")
    await page.get_by_role("button", name="Print").click()
    assert await page.evaluate("window.printed")
    await page.emulate_media(media="print")
    await expect(question).to_be_visible()
    await expect(page.get_by_role("button", name="Print")).to_be_hidden()


async def test_a_reviewer_reads_with_a_reason_and_the_owner_sees_it(
    page: Page, site: SiteProcess, browser: Browser
) -> None:
    await page.goto(f"{site.url}{LIST}?o=-0")
    await open_row(page, 0)
    await expect(page.get_by_text("oscar")).to_have_count(0)
    await page.get_by_role("link", name="show who it is").click()
    await page.get_by_label("Reason").fill("To ask back")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Asked by oscar")).to_be_visible()

    context = await browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    owner = await context.new_page()
    await sign_in(owner, site, "oscar")
    await owner.goto(f"{site.url}/accounts/reads/")
    rows = owner.get_by_role("list", name="Reads").get_by_role("listitem")
    await expect(rows.first).to_contain_text("Read by dana")
    await expect(rows.nth(1)).to_contain_text("Your name was shown to dana")
    await expect(rows.nth(1)).to_contain_text("To ask back")
    assert await violations(owner) == []
    await rows.first.get_by_role("link").click()
    await expect(owner.locator(".reads").first).to_contain_text("last by dana")
    await owner.locator(".reads summary").first.focus()
    await owner.keyboard.press("Enter")
    await expect(owner.locator(".reads li").first).to_contain_text("The weekly sample")
    assert await violations(owner) == []
    assert await owner.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await context.close()
