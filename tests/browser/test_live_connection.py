"""The page's connection when it is lost, silent, refused, or restarted."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from .fake_pages import turn_html
from .fake_site import FakeSite
from .live import TURN, answer, ask, complete, open_page, question_box, token

pytestmark = pytest.mark.browser

LOOK_AWAY = """isHidden => {
    Object.defineProperty(document, 'hidden', {value: isHidden, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
}"""


async def test_after_a_lost_connection_the_page_resumes_where_it_was(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    await token(socket, 0, 4, "one two ")
    await expect(answer(page)).to_have_text("one two")

    socket.drop()
    socket = await fake.socket()
    follow = await socket.expect("follow")
    await token(socket, 4, 6, "three")

    assert follow["after"] == 4
    await expect(answer(page)).to_have_text("one two three")


async def test_the_page_announces_a_restart_and_reconnects(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    fake.accepts_sockets = False

    await socket.send_event("restart", retry_after_ms=200)
    await socket.close(1012)
    await expect(page.locator("[data-banner]")).to_have_text("The site is restarting. Reconnecting…")
    fake.accepts_sockets = True
    socket = await fake.socket()

    await socket.expect("follow")
    await expect(page.locator("[data-banner]")).to_be_hidden()


async def test_a_signed_out_user_is_asked_to_sign_in_and_returns_to_the_page(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    await question_box(page).fill("Half a thou")

    await socket.close(4401)

    await page.wait_for_url(f"{fake.url}/accounts/login/?next=%2Fc%2F{fake.conversation}%2F")
    assert not fake.has_socket()
    await page.goto(f"{fake.url}/c/{fake.conversation}/")
    await expect(question_box(page)).to_have_value("Half a thou")


async def test_the_page_reconnects_when_the_server_falls_silent(fake: FakeSite, page: Page) -> None:
    await page.clock.install()
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="one", seq=1))
    await socket.expect("follow")
    socket.answers_pings = False

    await asyncio.gather(socket.wait_for_ping(), page.clock.run_for(5_000))
    await expect(page.locator("[data-banner]")).to_have_text("The site is not responding. Checking…")
    await page.clock.run_for(6_000)

    assert (await (await fake.socket()).expect("follow"))["after"] == 1


async def test_a_dead_connection_is_detected_at_once_when_the_network_returns(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    await socket.expect("follow")
    socket.answers_pings = False
    fake.accepts_sockets = False

    await page.evaluate("window.dispatchEvent(new Event('offline'))")

    await expect(page.locator("[data-banner]")).to_have_text("Connection lost. Reconnecting…", timeout=5_000)
    fake.accepts_sockets = True
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await (await fake.socket()).expect("follow")
    await expect(page.locator("[data-banner]")).to_be_hidden()


async def test_a_question_without_a_network_waits_for_it_in_words(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "complete", text="one", seq=1))
    await socket.expect("follow")
    fake.accepts_sockets = False
    socket.drop()

    await ask(page, "And when?")

    phase = page.locator("[data-turns] [data-turn]").last.locator("[data-phase]")
    await expect(phase).to_have_text("Waiting for the network…")
    fake.accepts_sockets = True
    await (await fake.socket()).expect("ask")
    await expect(phase).to_have_text("Sending…")


async def test_a_tab_that_is_hidden_for_long_closes_its_socket_and_opens_one_when_it_is_shown(
    fake: FakeSite, page: Page
) -> None:
    await page.clock.install()
    socket = await open_page(fake, page, turn_html(TURN, "complete", text="one", seq=1))
    await socket.expect("follow")

    await page.evaluate(LOOK_AWAY, True)
    await page.clock.fast_forward(6 * 60_000)
    await socket.wait_until_closed()
    assert not fake.has_socket()
    await expect(page.locator("[data-banner]")).to_be_hidden()
    await page.evaluate(LOOK_AWAY, False)

    await (await fake.socket()).expect("follow")


async def test_a_page_shows_that_too_many_tabs_are_open(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))

    await socket.send_event("error", code="RATE_LIMITED", message="Please close a tab.", retryable=False)
    await socket.close(4429)

    await expect(page.locator("[data-banner]")).to_have_text("Please close a tab.")


async def test_a_turn_without_events_is_followed_again(fake: FakeSite, page: Page) -> None:
    await page.clock.install()
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="one", seq=1))
    await socket.expect("follow")

    for _ in range(4):  # each ping is answered, so that the page keeps its socket
        await asyncio.gather(socket.wait_for_ping(), page.clock.run_for(4_000))
    follow = await socket.expect("follow")
    await complete(socket, "one two", 2)

    assert follow["after"] == 1
    await expect(answer(page)).to_have_text("one two")


async def test_without_sockets_the_page_fetches_its_turns(fake: FakeSite, page: Page) -> None:
    await page.clock.install()
    fake.accepts_sockets = False
    fake.show(turn_html(TURN, "streaming", text="one", seq=1))
    fake.pages[f"/turns/{TURN}/"] = (200, turn_html(TURN, "complete", text="one two", seq=2))
    await page.goto(f"{fake.url}/c/{fake.conversation}/")

    await page.clock.run_for(6_000)

    await expect(answer(page)).to_have_text("one two")


async def test_where_sockets_hang_a_question_of_the_first_seconds_is_sent_by_a_form(fake: FakeSite, page: Page) -> None:
    fake.hold_sockets()
    fake.show()
    sent = []

    async def take(route: Route) -> None:
        sent.append(route.request.post_data or "")
        fake.show(turn_html(TURN, "streaming", question="Anyway"))
        fake.pages[f"/turns/{TURN}/"] = (200, turn_html(TURN, "complete", question="Anyway", text="Done", seq=2))
        await route.fulfill(status=302, headers={"Location": f"/c/{fake.conversation}/#turn-{TURN}"})

    await page.route("**/ask/", take)
    await page.goto(f"{fake.url}/c/{fake.conversation}/")
    await ask(page, "Anyway")

    await expect(answer(page)).to_have_text("Done", timeout=15_000)
    await expect(page.locator("[data-banner]")).to_contain_text("Live connections are blocked here.")
    assert len(sent) == 1
    assert "Anyway" in sent[0]
    assert await page.locator("[data-turns] [data-turn]").count() == 1
    fake.admit_sockets()
    await expect(page.locator("[data-banner]")).to_be_hidden()


async def test_where_sockets_are_blocked_a_refused_question_returns_to_its_box(fake: FakeSite, page: Page) -> None:
    fake.accepts_sockets = False
    fake.show()
    await page.route("**/ask/", lambda route: route.fulfill(status=429, body="<p data-refusal>Please wait.</p>"))
    await page.goto(f"{fake.url}/c/{fake.conversation}/")

    await ask(page, "Anyway")

    await expect(page.locator("[data-refusal]")).to_have_text("Please wait.")
    await expect(question_box(page)).to_have_value("Anyway")


async def test_while_the_site_is_away_a_question_waits_on_the_page(fake: FakeSite, page: Page) -> None:
    fake.accepts_sockets = False
    fake.show()
    del fake.pages["/conversations/"]
    await page.goto(f"{fake.url}/c/{fake.conversation}/")
    await fake.wait_for_requests("/ws/chat/", 4)

    await ask(page, "Later")
    await expect(page.locator("[data-banner]")).to_have_text("Connection lost. Reconnecting…")
    fake.accepts_sockets = True

    assert (await (await fake.socket()).expect("ask"))["question"] == "Later"
