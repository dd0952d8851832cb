"""The page and its connection: lost, silent, refused, restarted."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from .fake_pages import turn_html
from .fake_site import FakeSite
from .live import TURN, answer, ask, box, complete, open_page, token

pytestmark = pytest.mark.browser


async def test_after_a_lost_connection_the_page_goes_on_where_it_was(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    await token(socket, 0, 4, "one two ")
    await expect(answer(page)).to_have_text("one two")

    socket.drop()
    socket = await fake.socket()
    follow = await socket.expect("follow")
    await token(socket, 4, 6, "three")

    assert follow["after"] == 4
    await expect(answer(page)).to_have_text("one two three")


async def test_a_restart_is_announced_and_waited_for(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    fake.accepts_sockets = False

    await socket.say("restart", retry_after_ms=200)
    await socket.close(1012)
    await expect(page.locator("[data-banner]")).to_have_text("The site is restarting. Reconnecting…")
    fake.accepts_sockets = True
    socket = await fake.socket()

    await socket.expect("follow")
    await expect(page.locator("[data-banner]")).to_be_hidden()


async def test_who_is_signed_out_is_asked_to_sign_in_and_comes_back(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    await box(page).fill("Half a thou")

    await socket.close(4401)

    await page.wait_for_url(f"{fake.url}/accounts/login/?next=%2Fc%2F{fake.conversation}%2F")
    assert not fake.has_socket()
    await page.goto(f"{fake.url}/c/{fake.conversation}/")
    await expect(box(page)).to_have_value("Half a thou")


async def test_a_server_that_falls_silent_is_left(fake: FakeSite, page: Page) -> None:
    await page.clock.install()
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="one", seq=1))
    await socket.expect("follow")
    socket.answers_pings = False

    await asyncio.gather(socket.pinged(), page.clock.run_for(5_000))
    await expect(page.locator("[data-banner]")).to_have_text("The site is not responding. Checking…")
    await page.clock.run_for(6_000)

    assert (await (await fake.socket()).expect("follow"))["after"] == 1


async def test_a_dead_connection_is_noticed_at_once_when_the_reader_returns(fake: FakeSite, page: Page) -> None:
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


async def test_too_many_tabs_are_told_so(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))

    await socket.say("error", code="RATE_LIMITED", message="Please close a tab.", retryable=False)
    await socket.close(4429)

    await expect(page.locator("[data-banner]")).to_have_text("Please close a tab.")


async def test_a_turn_without_a_sign_of_life_is_followed_again(fake: FakeSite, page: Page) -> None:
    await page.clock.install()
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="one", seq=1))
    await socket.expect("follow")

    for _ in range(4):
        await page.clock.run_for(4_000)
    follow = await socket.expect("follow")
    await complete(socket, "one two", 2)

    assert follow["after"] == 1
    await expect(answer(page)).to_have_text("one two")


async def test_without_sockets_the_page_still_gets_on(fake: FakeSite, page: Page) -> None:
    await page.clock.install()
    fake.accepts_sockets = False
    fake.show(turn_html(TURN, "streaming", text="one", seq=1))
    fake.pages[f"/turns/{TURN}/"] = (200, turn_html(TURN, "complete", text="one two", seq=2))
    await page.goto(f"{fake.url}/c/{fake.conversation}/")

    await page.clock.run_for(6_000)

    await expect(answer(page)).to_have_text("one two")


async def test_without_sockets_a_question_goes_the_plain_way(fake: FakeSite, page: Page) -> None:
    fake.accepts_sockets = False
    fake.show()
    await page.route("**/ask/", lambda route: route.fulfill(body=route.request.post_data or ""))
    await page.goto(f"{fake.url}/c/{fake.conversation}/")
    await fake.requested("/ws/chat/", 4)

    async with page.expect_navigation():
        await ask(page, "Anyway")

    assert "question=Anyway" in await page.content()
