"""The budget of the day on the page: told before it is reached, and refused without losing what was typed."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from ..support.accessibility import violations
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 780}
MAKE_INES = """
from django.contrib.auth.models import Group, User
from django.utils import timezone
from chat.models import DailyBudget, GroupBudget
ines, group = User.objects.create(username="ines"), Group.objects.create(name="Interns")
ines.groups.add(group)
GroupBudget.objects.create(group=group, questions=5)
for _ in range(3):
    DailyBudget.charge(ines.pk, timezone.now())
"""


async def test_the_page_tells_what_is_left_and_keeps_the_question_that_is_refused(
    site: SiteProcess, browser: Browser
) -> None:
    site.manage("shell", "--no-imports", "-v0", "-c", MAKE_INES)
    context = await browser.new_context(viewport=PHONE, color_scheme="dark")  # type: ignore[arg-type]
    page = await context.new_page()
    await sign_in(page, site, "ines")
    line, box = page.locator("[data-budget]"), page.get_by_label("Question", exact=True)
    await expect(line).to_have_text("")

    for left in ("1 of 5 questions left today.", "You have asked your 5 questions of today."):
        await box.fill("How much does the Heron cost?")
        await page.keyboard.press("Enter")
        await expect(line).to_contain_text(left)
        await expect(page.locator("[data-turn]").last).to_have_attribute("data-state", "complete", timeout=20_000)

    await box.fill("And the Egret?")
    await page.get_by_role("button", name="Ask", exact=True).click()
    await expect(page.get_by_role("alert").filter(has_text="You can ask again from 00:00 (UTC) on.")).to_be_visible()
    await expect(box).to_have_value("And the Egret?")
    assert await violations(page) == []

    await page.reload()
    await expect(box).to_have_value("And the Egret?")
    await expect(line).to_contain_text("You have asked your 5 questions of today.")
    await page.goto(f"{site.url}/accounts/")
    await expect(page.get_by_role("region", name="Budget")).to_contain_text("Used today: 5 of 5 questions.")
    assert await violations(page) == []
    await context.close()
