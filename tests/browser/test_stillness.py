"""Nothing moves while an answer streams, Stop is at hand, and the text keeps its room."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from playwright.async_api import Page, expect

from .fake_pages import turn_html
from .fake_site import FakeSite
from .live import OTHER, TURN, accept, answer, ask, complete, open_new, open_page, question_box, token, turn_element

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
WIDTHS = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
LINES = [f"Line {number} of the answer [{number % 3 + 1}], as long as lines are.\n\n" for number in range(40)]
WATCH = """() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            const moved = entry.sources.map(({node}) => (node?.parentElement ?? node)?.className ?? "");
            window.shifts.push([entry.value, moved.join(" ")]);
        }
    }).observe({type: "layout-shift", buffered: true});
}"""


@WIDTHS
@pytest.mark.parametrize("lines", [4, 40], ids=["short", "long"])
async def test_nothing_moves_while_an_answer_streams_and_ends(
    fake: FakeSite, page: Page, size: Any, lines: int
) -> None:
    await page.set_viewport_size(size)
    pieces = [*LINES[: lines - 1], LINES[lines - 1].rstrip()]
    socket = await open_page(fake, page, turn_html(OTHER, "complete", text="".join(LINES), seq=1, sources=3))
    await page.evaluate(WATCH)
    await ask(page, "What was decided?")
    await accept(fake, socket, (await socket.expect("ask"))["request_id"], position=None)
    for phase in ("retrieving", "waiting", "answering"):
        await socket.send_event("phase", turn=TURN, phase=phase)
    for seq, line in enumerate(pieces):
        await token(socket, seq, seq + 1, line)
        await expect(answer(page).locator("p")).to_have_count(seq + 1)

    top = await answer(page).locator("p").last.evaluate("p => p.getBoundingClientRect().top")
    await complete(socket, "".join(pieces), lines, sources=3)
    await expect(turn_element(page).locator("[data-sources]")).to_be_attached()
    await page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))")

    shifts = await page.evaluate("window.shifts")
    assert sum(value for value, _ in shifts) <= 0.02, shifts
    assert abs(await answer(page).locator("p").last.evaluate("p => p.getBoundingClientRect().top") - top) <= 1


async def test_a_new_question_stands_at_the_top_with_room_for_its_answer(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(OTHER, "complete", text="".join(LINES), seq=1))

    await ask(page, "What was decided?")
    await accept(fake, socket, (await socket.expect("ask"))["request_id"], position=None)

    box, question = await page.locator("[data-scroller]").bounding_box(), turn_element(page).locator("[data-question]")
    place = await question.bounding_box()
    assert box
    assert place
    assert place["y"] - box["y"] <= 60


async def test_a_page_opens_at_the_last_question(fake: FakeSite, page: Page) -> None:
    turns = [turn_html(turn, "complete", text="".join(LINES), seq=1, sources=3) for turn in (OTHER, TURN)]

    await open_page(fake, page, *turns)

    await expect(turn_element(page).locator("[data-question]")).to_be_in_viewport()


# Stop


async def test_stop_takes_the_place_of_ask_while_an_answer_streams(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="So far", seq=1))
    stop, send = page.get_by_role("button", name="Stop"), page.get_by_role("button", name="Ask", exact=True)
    await expect(stop).to_have_count(1)
    await expect(send).to_be_hidden()

    await question_box(page).fill("And then?")
    await expect(stop).to_be_visible()
    await expect(send).to_be_visible()
    await question_box(page).fill("")
    await stop.click()

    assert await socket.expect("stop") == {"type": "stop", "turn": TURN, "seen": 1}
    await expect(stop).to_be_hidden()
    await expect(send).to_be_visible()
    await expect(question_box(page)).to_be_focused()


async def test_stop_is_not_offered_for_a_waiting_question(fake: FakeSite, page: Page) -> None:
    socket = await open_new(fake, page)
    await ask(page, "What was decided?")
    await accept(fake, socket, (await socket.expect("ask"))["request_id"], str(uuid.uuid4()), 2)

    await expect(page.locator("[data-queue] li")).to_have_count(1)
    await expect(page.locator("[data-stop-streaming]")).to_be_hidden()


# Little height


@pytest.mark.parametrize("state", ["complete", "streaming"])
async def test_at_400_percent_zoom_most_of_the_height_is_for_reading(fake: FakeSite, page: Page, state: str) -> None:
    await page.set_viewport_size({"width": 320, "height": 256})
    await open_page(fake, page, turn_html(TURN, state, text="".join(LINES), seq=1))

    room = await page.locator("[data-scroller]").evaluate("box => box.clientHeight")

    assert room >= 0.6 * 256
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    for name in ("[data-question-input]", "[data-filter] summary"):
        box = await page.locator(name).bounding_box()
        assert box
        assert box["height"] >= 24
        assert box["width"] >= 24


async def test_at_400_percent_zoom_the_open_filter_leaves_the_question(fake: FakeSite, page: Page) -> None:
    await page.set_viewport_size({"width": 320, "height": 256})
    await open_page(fake, page)

    await page.locator("[data-filter] summary").click()

    question = await question_box(page).bounding_box()
    assert question
    assert question["width"] >= 200
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
