"""Thumbs below an answer, by keyboard and without a script, and a check from both sides."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from ..support.accessibility import violations
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.browser


async def ask(page: Page, question: str = "How much does the Heron cost?") -> Locator:
    """Ask, and return the turn once it has ended."""
    await page.locator("[data-question-input]").fill(question)
    await page.keyboard.press("Enter")
    turn = page.locator("[data-turn]").last
    await expect(turn).to_have_attribute("data-state", "complete", timeout=20_000)
    return turn


def thumb(turn: Locator, which: str) -> Locator:
    return turn.get_by_role("button", name=f"Thumbs {which}")


async def test_a_thumb_is_given_explained_and_taken_back_by_keyboard_on_the_page(
    site: SiteProcess, signed_in_page: Page
) -> None:
    page = signed_in_page
    turn = await ask(page)
    await page.evaluate("window.isSame = true")

    await thumb(turn, "down").focus()
    await page.keyboard.press("Enter")
    await expect(thumb(turn, "down")).to_have_attribute("aria-pressed", "true")
    await expect(thumb(turn, "down")).to_be_focused()
    await turn.get_by_role("radio", name="It is not in the recordings").focus()
    await page.keyboard.press("Space")
    await turn.get_by_label("In your words").fill("Nobody said so.")
    await turn.get_by_role("button", name="Save").press("Enter")

    summary = turn.locator("summary", has_text="It is not in the recordings")
    await expect(summary).to_be_focused()
    await expect(turn.get_by_role("radio")).to_have_count(0)  # the form is folded away
    await expect(page.locator("[data-announcer]")).to_have_text("Saved")
    assert await page.evaluate("window.isSame")

    await page.reload()
    turn = page.locator("[data-turn]").last
    await expect(thumb(turn, "down")).to_have_attribute("aria-pressed", "true")
    await turn.locator("summary", has_text="It is not in the recordings").click()
    await expect(turn.get_by_label("In your words")).to_have_value("Nobody said so.")
    await thumb(turn, "down").click()
    await expect(thumb(turn, "down")).to_have_attribute("aria-pressed", "false")
    await expect(turn.locator("[data-feedback-more]")).to_have_count(0)


async def test_the_form_for_a_reason_comes_into_sight_above_the_box_for_questions(signed_in_page: Page) -> None:
    page = signed_in_page
    turn = await ask(page)
    await page.set_viewport_size({"width": 1280, "height": 640})
    await page.locator("[data-scroller]").evaluate("box => box.scrollTop = 0")

    await thumb(turn, "down").focus()
    await page.keyboard.press("Enter")

    await expect(turn.get_by_role("button", name="Save")).to_be_visible()
    assert await turn.get_by_role("button", name="Save").evaluate(IS_ABOVE)
    await turn.locator("summary", has_text="Say why").press("Enter")
    await page.locator("[data-scroller]").evaluate("box => box.scrollTop = 0")
    await turn.locator("summary", has_text="Say why").press("Enter")
    await page.wait_for_function(f"() => ({IS_ABOVE})(document.querySelector('[data-feedback-more] button'))")


IS_ABOVE = """each => {
  const [button, box] = [each, document.querySelector(".composer")].map((part) => part.getBoundingClientRect());
  return button.bottom <= box.top;
}"""


async def test_the_last_of_two_quick_clicks_counts(signed_in_page: Page) -> None:
    turn = await ask(signed_in_page)

    await signed_in_page.evaluate(
        """() => { for (const button of document.querySelectorAll("[data-feedback] [aria-pressed]")) button.click() }"""
    )

    await expect(thumb(turn, "down")).to_have_attribute("aria-pressed", "true")
    await expect(thumb(turn, "up")).to_have_attribute("aria-pressed", "false")


async def test_a_thumb_that_does_not_reach_the_site_says_so(signed_in_page: Page) -> None:
    turn = await ask(signed_in_page)
    await signed_in_page.route("**/feedback/", lambda route: route.abort())

    await thumb(turn, "up").click()

    await expect(turn.get_by_role("alert").filter(has_text="This was not saved")).to_be_visible()
    await expect(thumb(turn, "up")).to_have_attribute("aria-pressed", "false")
    await signed_in_page.unroute("**/feedback/")
    await thumb(turn, "up").click()
    await expect(thumb(turn, "up")).to_have_attribute("aria-pressed", "true")
    await expect(turn.get_by_text("This was not saved")).to_have_count(0)


async def test_thumbs_work_without_a_script(site: SiteProcess, signed_in_page: Page, browser: Browser) -> None:
    await ask(signed_in_page)
    state = await signed_in_page.context.storage_state()
    context = await browser.new_context(storage_state=state, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(signed_in_page.url)
    turn = page.locator("[data-turn]").last

    await thumb(turn, "down").click()
    await turn.locator("summary", has_text="Say why").click()
    await turn.get_by_role("radio", name="Something is missing").check()
    await turn.get_by_role("button", name="Save").click()

    await expect(turn.locator("summary", has_text="Something is missing")).to_be_visible()
    await turn.locator("summary", has_text="Something is missing").click()
    await turn.get_by_role("button", name="Take back").click()
    await expect(thumb(turn, "down")).to_have_attribute("aria-pressed", "false")
    await context.close()


async def test_a_check_is_asked_for_a_reviewer_labels_and_the_owner_sees_it(
    site: SiteProcess, signed_in_page: Page, browser: Browser
) -> None:
    make = (
        "from django.contrib.auth.models import Group, User;"
        "user, _ = User.objects.get_or_create(username='rita');"
        "Group.objects.get_or_create(name='Reviewers')[0].user_set.add(user)"
    )
    site.manage("shell", "-c", make)
    page = signed_in_page
    turn = await ask(page, "What was decided about the silicone seal?")
    await turn.get_by_role("link", name="Ask for a check").click()
    await expect(page.get_by_text("rita")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_label("What should they look at?").fill("Is it the right meeting?")
    await page.get_by_role("button", name="Ask for a check").press("Enter")
    await expect(page.locator("[data-turn]").last.get_by_role("link", name="Check asked for")).to_be_visible()

    context = await browser.new_context()
    review = await context.new_page()
    await sign_in(review, site, "rita")
    await review.goto(f"{site.url}/admin/chat/conversation/")
    await review.get_by_role("link", name="wait", exact=False).first.click()
    await review.locator("#result_list tbody th a").first.click()
    await expect(review.get_by_text("Is it the right meeting?")).to_be_visible()
    await review.get_by_role("radio", name="Partly right").first.check()
    await review.get_by_label("Comment").first.fill("The seal, yes. The date, no.")
    await review.get_by_role("button", name="Save label").first.click()
    await expect(review.get_by_text("Your label was saved.")).to_be_visible()
    await context.close()

    await page.goto(site.url)
    marked = page.locator("[data-conversations] [data-unseen]")
    await expect(marked).to_have_count(1)
    assert await violations(page) == []
    await marked.click()
    label = page.locator(".label")
    await expect(label).to_be_in_viewport()
    await expect(label).to_contain_text("New")
    await expect(label).to_contain_text("Partly right, says rita")
    await expect(label).to_contain_text("The seal, yes. The date, no.")
    await expect(marked).to_have_count(0)
    assert await violations(page) == []
