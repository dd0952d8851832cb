"""A user's actions in a real browser on a running site."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess
from ..support.talking import WORDS

pytestmark = pytest.mark.browser

Start = Callable[..., SiteProcess]
STEADILY = "python:tests.support.talking:steadily"
BRIEFLY = "python:tests.support.talking:briefly"
LONG = 60_000

WATCH = """() => {
    window.steps = [];
    window.early = 0;
    new MutationObserver(() => {
        const turn = document.querySelector('[data-turns] [data-turn]');
        if (!turn) return;
        const text = turn.querySelector('[data-answer]')?.textContent ?? '';
        const sources = turn.querySelector('[data-sources]');
        if (turn.dataset.state === 'streaming' && sources?.checkVisibility()) window.early += 1;
        if (text !== window.steps.at(-1)) window.steps.push(text);
    }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


FIRST_WORDS = """() => new Promise((resolve) => {
    const form = document.querySelector('[data-composer]');
    const words = () => [...document.querySelectorAll('[data-turns] [data-answer]')].at(-1)?.textContent.trim() ?? '';
    form.addEventListener('submit', () => {
        const asked = performance.now();
        const before = document.querySelectorAll('[data-turns] [data-turn]').length;
        new MutationObserver((_, observer) => {
            if (document.querySelectorAll('[data-turns] [data-turn]').length <= before || words() === '') return;
            observer.disconnect();
            resolve((performance.now() - asked) / 1000);
        }).observe(document.body, {subtree: true, childList: true, characterData: true});
    }, {once: true, capture: true});
    form.requestSubmit();
})"""


TEXTS = """answers => answers.map((answer) => {
    const copy = answer.cloneNode(true);
    for (const block of copy.querySelectorAll('p, li, h1, h2, h3, h4, h5, h6, br, tr, pre')) block.after(' ');
    return copy.textContent;
})"""  # innerText has no breaks while the browser skips content outside the screen


async def ask(page: Page, question: str) -> None:
    await page.locator("[data-question-input]").fill(question)
    await page.keyboard.press("Enter")


def turn(page: Page, state: str) -> Any:
    return page.locator(f"[data-turns] [data-turn][data-state={state}]")


async def answer(page: Page) -> str:
    """Return the words of the last answer on the page, with single spaces."""
    texts = await page.locator("[data-turns] [data-answer]").evaluate_all(TEXTS)
    return " ".join(texts[-1].split()) if texts else ""


def stored_answers(site: SiteProcess) -> list[str]:
    return [" ".join(text.split()) for (text,) in site.rows("SELECT answer FROM chat_turn ORDER BY id")]


async def test_a_new_user_asks_and_opens_a_source(signed_in_page: Page) -> None:
    page = signed_in_page
    await page.evaluate(WATCH)
    await ask(page, "How much does the Heron cost?")
    cursor = page.locator("[data-cursor]").first
    await expect(cursor).to_be_visible()
    assert await cursor.evaluate("element => getComputedStyle(element).animationName") != "none"

    await expect(turn(page, "complete")).to_be_visible(timeout=LONG)

    steps = await page.evaluate("window.steps")
    assert len(steps) >= 5
    assert await page.evaluate("window.early") == 0
    await expect(page.locator("[data-answer]").last).to_contain_text("480 euros")
    await page.locator("[data-sources] li", has_text="480 euros").locator("a").first.click()
    await expect(page).to_have_url(re.compile("/recordings/.*#segment-"))
    await expect(page.locator(":target")).to_be_in_viewport()
    await expect(page.locator(":target")).to_contain_text("480 euros")


async def test_the_first_words_come_within_a_second(signed_in_page: Page) -> None:
    page, seconds = signed_in_page, []
    for number, question in enumerate(("What does it cost?", "What about Brightmoor?", "When is the launch?"), 1):
        await page.locator("[data-question-input]").fill(question)
        seconds.append(await page.evaluate(FIRST_WORDS))
        await expect(turn(page, "complete")).to_have_count(number, timeout=LONG)

    assert min(seconds) <= 1.0, seconds  # the best of three, because other tests use the processor too


async def test_with_reduced_motion_the_cursor_is_still(site: SiteProcess, browser: Browser) -> None:
    context = await browser.new_context(reduced_motion="reduce")
    page = await context.new_page()
    await sign_in(page, site)
    await ask(page, "When does the Heron launch?")

    cursor = page.locator("[data-cursor]").first
    await expect(cursor).to_be_visible()

    assert await cursor.evaluate("element => getComputedStyle(element).animationName") == "none"
    await context.close()


async def test_reloads_at_random_moments_never_blank_shorten_or_repeat_the_answer(
    start_site: Start, browser_page: Page
) -> None:
    site, page = start_site(CHAT_MODEL=STEADILY), browser_page
    counted = [f"word{number}" for number in range(1, WORDS + 1)]
    await sign_in(page, site)
    await ask(page, "When does the Heron launch?")
    await expect(turn(page, "streaming")).to_be_visible(timeout=LONG)
    seen, chance = 0, random.Random(20)  # noqa: S311  # the same moments in every run

    for _ in range(20):
        more = min(seen + chance.randint(1, 12), WORDS - 1)  # a busy machine may have them all by now
        await page.wait_for_function(
            "words => document.querySelector('[data-turns] [data-answer]').innerText.split(/\\s+/).length > words",
            arg=more,
        )
        before = (await answer(page)).split()
        await page.reload(wait_until="commit")
        await page.wait_for_selector("[data-turns] [data-answer]", state="attached")
        after = (await answer(page)).split()
        assert after[: len(before) - 1] == before[:-1] == counted[: len(before) - 1]
        seen = len(after)

    await expect(turn(page, "complete")).to_be_visible(timeout=LONG)
    assert (await answer(page)).split() == [*counted, "1"]
    assert stored_answers(site)[0].split() == [*counted, "[1]"]


async def test_two_tabs_show_the_same_and_share_one_queue(start_site: Start, browser_page: Page) -> None:
    site, first = start_site(CHAT_MODEL=STEADILY), browser_page
    await sign_in(first, site)
    await ask(first, "When does the Heron launch?")
    await expect(turn(first, "streaming")).to_be_visible(timeout=LONG)
    await expect(first).to_have_url(re.compile("/c/"))
    second = await first.context.new_page()
    await second.goto(first.url)
    await ask(second, "Who is Ines?")

    await expect(first.locator("[data-queue] li")).to_have_count(1)
    for number in range(2, 6):
        await ask(second, f"Question {number}?")
        await expect(second.locator("[data-queue] li")).to_have_count(number)
    await ask(second, "One too many?")
    await expect(second.locator("[data-refusal]")).to_contain_text("5 questions are already waiting")
    await expect(second.locator("[data-question-input]")).to_have_value("One too many?")

    await first.locator("[data-queue] button").last.click()
    await expect(second.locator("[data-queue] li")).to_have_count(4)
    await first.locator("[data-stop-streaming]").click()
    await expect(turn(second, "stopped")).to_have_count(1)
    await expect(turn(second, "streaming").locator("[data-question]")).to_have_text("Who is Ines?")
    await second.bring_to_front()
    both = "() => document.querySelector('[data-state=streaming] [data-answer]')?.textContent.length > 40"
    await first.wait_for_function(both)
    await second.wait_for_function(both)


async def test_stop_freezes_the_answer_where_the_reader_was(start_site: Start, browser_page: Page) -> None:
    site, page = start_site(CHAT_MODEL=STEADILY), browser_page
    await sign_in(page, site)
    await ask(page, "When does the Heron launch?")
    await expect(page.locator("[data-answer]").last).to_contain_text("word20", timeout=LONG)

    await page.keyboard.press("Escape")
    frozen = await answer(page)
    await expect(turn(page, "stopped")).to_be_visible()

    assert await answer(page) == frozen
    await page.reload()
    assert await answer(page) == frozen
    assert stored_answers(site) == [frozen]


async def test_after_a_killed_server_the_page_continues_without_a_reload(start_site: Start, browser_page: Page) -> None:
    site, page = start_site(CHAT_MODEL=STEADILY), browser_page
    await sign_in(page, site)
    await ask(page, "When does the Heron launch?")
    await expect(page.locator("[data-answer]").last).to_contain_text("word20", timeout=LONG)
    site.kill()
    shown = await answer(page)
    await expect(page.locator("[data-banner]")).to_be_visible()
    await page.locator("[data-question-input]").fill("Typed while it was away")

    site.environ["CHAT_MODEL"] = BRIEFLY
    site.start()

    await expect(turn(page, "interrupted")).to_be_visible(timeout=LONG)
    assert (await answer(page)).startswith(shown)
    await expect(turn(page, "interrupted").locator("[data-notice]")).to_contain_text("interrupted")
    await expect(page.locator("[data-question-input]")).to_have_value("Typed while it was away")
    await turn(page, "interrupted").locator("[data-retry]").click()
    await expect(turn(page, "complete")).to_be_visible(timeout=LONG)
    await expect(page.locator("[data-banner]")).to_be_hidden()


async def test_an_answer_continues_while_nobody_reads_it(start_site: Start, browser_page: Page) -> None:
    site, page = start_site(CHAT_MODEL=BRIEFLY), browser_page
    await sign_in(page, site)
    await ask(page, "When does the Heron launch?")
    await expect(page).to_have_url(re.compile("/c/"))
    address = page.url

    await page.goto(f"{site.url}/recordings/")
    while not stored_answers(site)[0]:
        await page.wait_for_timeout(100)
    await page.goto(address)

    await expect(turn(page, "complete").locator("[data-answer]")).to_contain_text("word20")


async def test_without_javascript_a_question_can_be_asked_and_its_answer_read(
    site: SiteProcess, browser: Browser
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, site)
    await page.locator("[data-question-input]").fill("How much does the Heron cost?")
    await page.locator("[data-send]").click()

    while not await turn(page, "complete").count():
        await page.reload()

    await expect(page.locator("[data-answer]").last).to_contain_text("480 euros")
    await expect(page.locator("[data-sources]").last).to_be_visible()
    await context.close()


async def test_without_javascript_a_running_answer_refreshes_until_it_is_complete(
    start_site: Start, browser: Browser
) -> None:
    site = start_site(CHAT_MODEL=BRIEFLY)
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, site)
    for number, question in enumerate(("When does the Heron launch?", "Who decided it?"), 1):
        await page.locator("[data-question-input]").fill(question)
        await page.locator("[data-send]").click()
        assert "#turn-" in page.url

        await expect(turn(page, "complete")).to_have_count(number, timeout=LONG)

        await expect(page.locator("[data-answer]").last).to_contain_text("word20")
        await expect(page.locator("[data-answer]").last).to_be_in_viewport()
    await context.close()


async def test_typed_text_and_chosen_recordings_survive_a_reload(signed_in_page: Page) -> None:
    page = signed_in_page
    await page.locator("[data-filter] summary").click()
    await page.get_by_label("Call with Brightmoor Water").check()
    await page.locator("[data-question-input]").fill("Half a que")

    await page.reload()

    await expect(page.locator("[data-question-input]")).to_have_value("Half a que")
    await expect(page.locator("[data-filter-chips]")).to_contain_text("Brightmoor")
    await page.locator("[data-question-input]").fill("What about Bluetooth?")
    await page.keyboard.press("Enter")
    await expect(turn(page, "complete").last).to_be_visible(timeout=LONG)
    await expect(turn(page, "complete").last).to_contain_text("Call with Brightmoor Water")
