"""Stopping, waiting, and questions from other tabs."""

from __future__ import annotations

import uuid

import pytest
from playwright.async_api import Page, expect

from .fake_pages import turn_html
from .fake_site import FakeSite
from .live import OTHER, TURN, accept, answer, ask, open_page, question_box, token, turn_element

pytestmark = pytest.mark.browser


async def test_stop_freezes_the_answer_where_its_reader_is(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="one ", seq=1))
    await token(socket, 1, 2, "two ")
    await expect(answer(page)).to_have_text("one two")

    await page.get_by_role("button", name="Stop").click()
    stop = await socket.expect("stop")
    await token(socket, 2, 3, "three ")
    await socket.wait_for_ack(TURN, 3)

    assert (stop["turn"], stop["seen"]) == (TURN, 2)
    await expect(answer(page)).to_have_text("one two")
    html = turn_html(TURN, "stopped", text="one two ", seq=3)
    await socket.send_event("done", turn=TURN, seq=3, state="stopped", html=html)
    await expect(turn_element(page).locator("[data-notice]")).to_have_text("Stopped.")
    await expect(question_box(page)).to_be_focused()


async def test_a_lost_stop_is_sent_again(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="one ", seq=1))
    await socket.expect("follow")

    await page.keyboard.press("Escape")
    await socket.expect("stop")
    socket.drop()
    socket = await fake.socket()

    assert await socket.expect("stop") == {"type": "stop", "turn": TURN, "seen": 1}


async def test_waiting_questions_are_listed_and_can_be_cancelled(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(OTHER, "streaming"))
    names = [str(uuid.uuid4()) for _ in range(2)]
    for place, name in enumerate(names, 1):
        await ask(page, f"Question {place}")
        await accept(fake, socket, (await socket.expect("ask"))["request_id"], name, place)
    chips = page.locator("[data-queue] li")

    await expect(chips).to_have_text(["1.Question 1Cancel", "2.Question 2Cancel"])
    await chips.first.get_by_role("button").click()
    assert await socket.expect("stop") == {"type": "stop", "turn": names[0], "seen": 0}
    await socket.send_event("queued", turn=names[1], position=1)
    await expect(chips).to_have_text(["1.Question 2Cancel"])
    await socket.send_event("started", turn=names[1])
    await expect(page.locator("[data-queue]")).to_be_hidden()


async def test_an_unsent_question_can_be_cancelled(fake: FakeSite, page: Page) -> None:
    fake.hold_sockets()  # refused sockets would make the page use the plain form
    fake.show()
    await page.goto(f"{fake.url}/c/{fake.conversation}/")

    await ask(page, "Rather not")
    await page.get_by_role("button", name="Cancel: Rather not").click()
    fake.admit_sockets()
    socket = await fake.socket()

    await expect(question_box(page)).to_have_value("Rather not")
    await expect(page.locator("[data-turns] [data-turn]")).to_have_count(0)
    assert socket.waiting("ask") == []


async def test_a_question_from_another_tab_appears_on_the_page(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(OTHER, "complete", text="x", seq=1))
    assert (await socket.expect("follow"))["turn"] == OTHER
    html = turn_html(TURN, "streaming", question="From elsewhere", text="one ", seq=1)
    news = f"/c/{fake.conversation}/turns/?after="
    fake.pages[news + OTHER] = (200, html)

    await accept(fake, socket, str(uuid.uuid4()), position=None)
    await token(socket, 0, 1, "one ")
    follow = await socket.expect("follow")
    await token(socket, 1, 2, "two")

    assert follow == {"type": "follow", "turn": TURN, "after": 1}
    await expect(answer(page)).to_have_text("one two")
    await accept(fake, socket, str(uuid.uuid4()), str(uuid.uuid4()))
    await fake.wait_for_requests(news + TURN, 1)


async def test_a_missed_turn_is_fetched_without_an_event_from_the_server(fake: FakeSite, page: Page) -> None:
    await page.clock.install()
    await open_page(fake, page, turn_html(OTHER, "complete", text="x", seq=1))
    html = turn_html(TURN, "complete", question="From elsewhere", text="y", seq=1)
    fake.pages[f"/c/{fake.conversation}/turns/"] = (200, html)

    for _ in range(3):
        await page.clock.run_for(4_000)

    await expect(answer(page)).to_have_text("y")


async def test_what_a_reviewer_does_appears_below_the_turn(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "complete", text="In March.", seq=1))
    label = "<section data-labels>{} <time datetime='2026-11-28T0{}:00'></time></section>"
    reads = "<div data-reads><details><summary>Read {} times</summary>By carol.</details></div>"
    said = page.locator("[data-announcer]")

    await socket.send_event("reviewed", turn=TURN, labels="", reads=reads.format(2))
    await page.get_by_text("Read 2 times").click()
    await expect(said).not_to_have_text("A reviewer has labelled an answer")
    await socket.send_event("reviewed", turn=TURN, labels=label.format("Good", 1), reads=reads.format(3))
    await expect(said).to_have_text("A reviewer has labelled an answer")
    await socket.send_event("reviewed", turn=TURN, labels=label.format("Wrong", 2), reads=reads.format(4))

    await expect(turn_element(page).locator("[data-labels]")).to_have_text("Wrong")
    await expect(turn_element(page).locator("[data-reads]")).to_have_count(1)
    await expect(page.get_by_text("By carol.")).to_be_visible()
    await expect(answer(page)).to_have_text("In March.")


async def test_a_deleted_conversation_leaves_no_spinner(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="So far", seq=1))
    await socket.expect("follow")
    fake.pages[f"/c/{fake.conversation}/turns/"] = (404, "")

    await socket.send_event("error", code="NOT_FOUND", message="This answer no longer exists.", retryable=False)

    await expect(page.locator("[data-banner]")).to_have_text("This conversation no longer exists.")
    await expect(turn_element(page)).to_have_attribute("aria-busy", "false")
    await expect(answer(page)).to_have_text("So far")


async def test_a_question_cancelled_before_it_is_accepted_is_stopped_afterwards(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(OTHER, "complete", text="x", seq=1))
    await ask(page, "Never mind")
    command = await socket.expect("ask")

    stop_form = page.locator("[data-turns] [data-stop-form]")
    await stop_form.evaluate("form => form.requestSubmit()")
    await accept(fake, socket, command["request_id"])

    assert await socket.expect("stop") == {"type": "stop", "turn": TURN, "seen": 0}
    html = turn_html(TURN, "cancelled", question="Never mind")
    await socket.send_event("done", turn=TURN, seq=0, state="cancelled", html=html)
    await expect(turn_element(page).locator("[data-notice]")).to_have_text("Cancelled before it was answered.")
