"""The twelve tasks of docs/working-day.md: how each begins, what a person does, and what must be seen at the end."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.support.signing_in import sign_in
from tests.support.site_process import SiteProcess

from .hands import Hands

LAST_WEEK = "What did Brightmoor say about the zinc anodes?"
QUESTION = "Why did Herons come back?"
MAIL = "<!doctype html><title>Mail</title><div contenteditable id=mail style='min-height:20rem'></div>"


class Day:
    """Where the tasks begin. Nothing here is counted."""

    def __init__(self, page: Page, site: SiteProcess) -> None:
        self.page = page
        self.site = site

    async def sign_in(self, username: str = "demo") -> None:
        """Sign in, and open the home page."""
        await sign_in(self.page, self.site, username)

    async def ask(self, question: str = QUESTION) -> None:
        """Sign in, ask, and wait until the answer is complete, without a reload."""
        await self.sign_in()
        await self.question.fill(question)
        await self.page.keyboard.press("Enter")
        await expect(self.turn).to_have_attribute("data-state", "complete", timeout=30_000)

    @property
    def question(self) -> Locator:
        """The box for a question."""
        return self.page.locator("[data-question-input]")

    @property
    def turn(self) -> Locator:
        """The newest turn."""
        return self.page.locator("[data-turn][data-state]").last

    @property
    def panel(self) -> Locator:
        """The source that is open beside the answer."""
        return self.page.get_by_role("region", name=re.compile("^Source"))


@dataclass(frozen=True)
class Task:
    """A row of docs/working-day.md. ``steps`` and ``seconds`` are its budget."""

    number: int
    name: str
    steps: int
    seconds: float
    do: Callable[[Day, Hands], Awaitable[None]]


async def _search(day: Day, hands: Hands, text: str) -> None:
    """Search at home."""
    await hands.fill(day.page.get_by_role("searchbox"), text)
    await hands.press("Enter")


async def _open_last_week(day: Day, hands: Hands) -> None:
    await day.sign_in()
    await _search(day, hands, "zinc anodes")
    await hands.click(day.page.get_by_role("main").get_by_role("link", name=LAST_WEEK).first)
    await expect(day.page.locator("[data-turn]").first).to_contain_text("at length")


async def _check_a_claim(day: Day, hands: Hands) -> None:
    await day.ask()
    await hands.click(day.turn.locator("[data-answer] a").first)
    await expect(day.panel.locator("mark").first).to_be_in_viewport()


async def _hear_it(day: Day, hands: Hands) -> None:
    await day.ask()
    await hands.click(day.turn.locator("[data-answer] a").first)
    await hands.click(day.panel.get_by_role("button", name="Play the quoted words"))
    await expect(day.panel.get_by_role("button", name="Pause")).to_have_attribute("data-state", "playing")


async def _find_what_was_said(day: Day, hands: Hands) -> None:
    await day.sign_in()
    await _search(day, hands, "silicone")
    hit = day.page.get_by_role("main").locator("mark", has_text="silicone").first
    await expect(hit).to_be_in_viewport()


async def _mend_a_wrong_filter(day: Day, hands: Hands) -> None:
    await day.sign_in()
    await day.page.goto(f"{day.site.url}/recordings/")
    await day.page.get_by_role("main").get_by_role("link", name="planning").first.click()
    await day.page.get_by_role("link", name="Ask about it").click()
    await day.question.fill("Who sells the silicone seal of Brightmoor?")
    await day.page.keyboard.press("Enter")
    await expect(day.turn).to_have_attribute("data-state", "complete", timeout=30_000)
    await hands.click(day.turn.get_by_role("button", name="Search all recordings"))
    await expect(day.page.locator("[data-turn][data-state=complete]")).to_have_count(2, timeout=30_000)
    await expect(day.turn.locator("[data-answer]")).to_contain_text("silicone")


async def _bring_it_into_a_mail(day: Day, hands: Hands) -> None:
    await day.ask()
    mail = await day.page.context.new_page()
    await mail.set_content(MAIL)
    await day.page.bring_to_front()
    await hands.click(day.turn.get_by_role("button", name="Copy", exact=True))
    await mail.bring_to_front()
    await mail.locator("#mail").focus()
    hands.page = mail
    await hands.press("Control+v")
    await expect(mail.locator("#mail a[href*='#segment-']").first).to_be_visible()


async def _ask_and_read(day: Day, hands: Hands) -> None:
    await day.sign_in()
    await hands.fill(day.question, QUESTION)
    await hands.press("Enter")
    await expect(day.turn.locator("[data-answer]")).not_to_be_empty()


async def _stop(day: Day, hands: Hands) -> None:
    await day.sign_in()
    await day.question.fill(QUESTION)
    await day.page.keyboard.press("Enter")
    await expect(day.turn.locator("[data-answer]")).not_to_be_empty()
    await hands.press("Escape")
    await expect(day.turn).to_have_attribute("data-state", "stopped")


async def _ask_in_other_words(day: Day, hands: Hands) -> None:
    await day.ask()
    await hands.click(day.turn.get_by_role("button", name="Edit").or_(day.turn.get_by_role("link", name="Edit")))
    await expect(day.question).to_have_value(QUESTION)
    await hands.fill(day.question, "Why were Herons returned?")
    await hands.press("Enter")
    await expect(day.page.locator("[data-turn][data-state]")).to_have_count(2)
    await expect(day.turn.locator("[data-answer]")).not_to_be_empty()


async def _read_around(day: Day, hands: Hands) -> None:
    await day.ask()
    link = day.turn.locator("li.source a").first
    await link.scroll_into_view_if_needed()
    place = await day.page.locator("[data-scroller]").evaluate("(scroller) => scroller.scrollTop")
    await hands.click(link)
    await expect(day.page.locator("mark").first).to_be_in_viewport()
    await hands.go_back()
    await expect(link).to_be_in_viewport()
    now = await day.page.locator("[data-scroller]").evaluate("(scroller) => scroller.scrollTop")
    if abs(now - place) > 80:
        raise AssertionError(f"the page is at {now} px instead of {place} px")


async def _come_in(day: Day, hands: Hands) -> None:
    await hands.open(day.site.sign_in_link())
    await hands.click(day.page.get_by_role("button", name="Sign in"))
    await expect(day.page).not_to_have_url(re.compile("/accounts/link/"))
    await expect(day.page.get_by_role("main").first).to_be_visible()


async def _review(day: Day, hands: Hands) -> None:
    day.site.manage("shell", "-c", _FAILED_TURNS)
    await day.sign_in("rita")
    await day.page.goto(f"{day.site.url}/admin/chat/conversation/")
    await hands.click(day.page.locator("#result_list tbody th a").first)
    await hands.fill(day.page.get_by_label("Reason"), "All failed answers")
    await hands.press("Enter")
    await expect(day.page.get_by_text("What failed").first).to_be_visible()
    first = day.page.url
    await hands.click(day.page.get_by_label("Wrong").first)
    await hands.click(day.page.get_by_role("button", name="Save").first)
    await expect(day.page.get_by_text("Your label was saved.")).to_be_visible()
    await hands.press("j")
    await day.page.wait_for_url(lambda url: url.split("?")[0] != first.split("?")[0])


_FAILED_TURNS = """
from django.contrib.auth.models import Group, User
from chat.models import LoginSession
from tests.support.asked import asked
User.objects.create_user("rita").groups.add(Group.objects.get(name="Reviewers"))
login = LoginSession.objects.create(user=User.objects.get(username="demo"))
for number in range(3):
    asked(login, f"What failed, number {number}?", state="failed")
"""

TASKS = [
    Task(1, "Open last week's conversation among 300", 3, 5, _open_last_week),
    Task(2, "Check a claim", 1, 1, _check_a_claim),
    Task(3, "Hear exactly the words", 2, 3, _hear_it),
    Task(4, "Find what was said, without asking", 3, 4, _find_what_was_said),
    Task(5, "Mend a wrong filter", 2, 10, _mend_a_wrong_filter),
    Task(6, "Bring an answer into a mail", 2, 2, _bring_it_into_a_mail),
    Task(7, "Ask, and read the first words", 2, 3, _ask_and_read),
    Task(8, "Stop an answer", 1, 2, _stop),
    Task(9, "Ask the same in other words", 3, 4, _ask_in_other_words),
    Task(10, "Read what was said around a source, and come back", 2, 4, _read_around),
    Task(11, "Come in with a sign-in link", 2, 3, _come_in),
    Task(12, "Review: say why, label a failed answer, and go to the next", 6, 8, _review),
]
