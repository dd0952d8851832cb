"""The answer on the page, from a server that loses, repeats and delays frames."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Page, expect

from chat.models import Phase

from .fake_pages import turn_html
from .fake_site import FakeSite, Socket
from .live import OTHER, TURN, answer, ask, complete, open_page, token, turn_element

pytestmark = pytest.mark.browser


async def test_a_running_answer_is_rendered_and_continues_from_its_seq(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="We **dec", seq=3))

    follow = await socket.expect("follow")
    await token(socket, 3, 5, "ided** it [1].")

    assert (follow["turn"], follow["after"]) == (TURN, 3)
    await expect(answer(page)).to_have_text("We decided it 1.")
    await expect(answer(page).locator("strong")).to_have_text("decided")
    await expect(answer(page).locator("sup.marker")).to_have_text("1")
    await socket.wait_for_ack(TURN, 5)


async def test_a_gap_makes_the_page_follow_again_from_its_seq(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    await socket.expect("follow")

    await token(socket, 0, 1, "one ")
    await token(socket, 2, 3, "three ")
    await token(socket, 3, 4, "four ")
    follow = await socket.expect("follow")
    await token(socket, 1, 4, "two three four ")
    await token(socket, 4, 5, "five")

    assert follow["after"] == 1
    await expect(answer(page)).to_have_text("one two three four five")
    assert socket.waiting("follow") == []


async def test_a_gap_that_stays_open_makes_the_page_follow_again(fake: FakeSite, page: Page) -> None:
    await page.clock.install()
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    await socket.expect("follow")

    await token(socket, 2, 3, "three")
    await page.clock.run_for(3_100)

    assert (await socket.expect("follow"))["after"] == 0


async def test_repeated_and_late_frames_change_nothing(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="one ", seq=1))

    for _ in range(3):
        await token(socket, 1, 2, "two ")
    await token(socket, 0, 1, "one ")
    await socket.send_event("started", turn=TURN)
    await token(socket, 2, 3, "three")
    await socket.send_event("queued", turn=TURN, position=1)

    await expect(answer(page)).to_have_text("one two three")
    await expect(turn_element(page)).to_have_attribute("data-state", "streaming")


async def test_malformed_frames_are_ignored(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))

    for event in ({"type": "of the future"}, {"type": "token", "turn": OTHER, "after": 0, "seq": 1, "content": "x"}):
        await socket.send_frame(json.dumps(event))
    for frame in ("null", "[]", "7", '{"type": 5}', '{"type": "done", "turn": "x", "seq": 1, "state": "complete"}'):
        await socket.send_frame(frame)
    await token(socket, 0, 1, "still here")

    await expect(answer(page)).to_have_text("still here")


async def test_the_cursor_and_the_phase_end_with_the_answer(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    phase, cursor = turn_element(page).locator("[data-phase]"), turn_element(page).locator("[data-cursor]")

    for step in Phase:
        await socket.send_event("phase", turn=TURN, phase=step.value)
        await expect(phase).to_have_text(step.label)
    await expect(turn_element(page)).to_have_attribute("aria-busy", "true")
    await token(socket, 0, 1, "The green ")
    await expect(phase).to_be_hidden()
    await token(socket, 1, 2, "one [1].")
    await expect(answer(page).locator("p > :last-child")).to_have_attribute("data-cursor", "")
    assert await answer(page).locator("p").evaluate("p => p.childNodes.length") == 4  # text, marker, text, cursor
    await expect(cursor).to_be_visible()
    await complete(socket, "The green one [1].", 2, sources=1)

    await expect(cursor).to_have_count(0)
    await expect(turn_element(page)).to_have_attribute("aria-busy", "false")
    await expect(turn_element(page).locator("[data-sources] summary")).to_have_text("1 source")


async def test_an_ended_turn_does_not_change(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "complete", text="The green one.", seq=4))
    before = await turn_element(page).inner_html()

    follow = await socket.expect("follow")
    await token(socket, 4, 5, "more")
    await complete(socket, "Something else", 9)
    await socket.send_event("error", turn=TURN, seq=4, code="TIMEOUT", message="Too late", retryable=True)
    await socket.send_event("pong")
    await socket.wait_for_ack(TURN, 5)

    assert (follow["turn"], follow["after"]) == (TURN, 4)
    assert await turn_element(page).inner_html() == before


async def test_a_turn_that_does_not_fit_into_a_frame_is_fetched(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    html = turn_html(TURN, "complete", text="All of it", seq=9, sources=2)
    fake.pages[f"/turns/{TURN}/"] = (200, html)

    await token(socket, 0, 2, "All of")
    await socket.send_event("done", turn=TURN, seq=9, state="complete")

    await expect(answer(page)).to_have_text("All of it")
    await expect(turn_element(page).locator("[data-sources] li")).to_have_count(2)


async def test_no_spinner_outlives_its_turn_when_the_final_form_cannot_be_fetched(fake: FakeSite, page: Page) -> None:
    await page.clock.install()
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="So far", seq=1))
    fake.pages[f"/turns/{TURN}/"] = (503, "")

    await socket.send_event("done", turn=TURN, seq=9, state="complete")
    await expect(turn_element(page)).to_have_attribute("aria-busy", "false")
    await expect(answer(page)).to_have_text("So far")
    fake.pages[f"/turns/{TURN}/"] = (200, turn_html(TURN, "complete", text="So far and further", seq=9))
    await page.clock.run_for(6_000)

    await expect(answer(page)).to_have_text("So far and further")


async def test_a_failure_keeps_the_text_and_offers_a_retry(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    html = turn_html(TURN, "failed", text="The gr", seq=1, failure="TIMEOUT", recordings=[OTHER])

    await token(socket, 0, 1, "The gr")
    await socket.send_event("error", turn=TURN, seq=1, code="TIMEOUT", message="Too slow", retryable=True, html=html)
    await expect(answer(page)).to_have_text("The gr")
    await expect(turn_element(page).locator("[data-notice]")).to_contain_text("took too long")
    await turn_element(page).get_by_role("button", name="Retry").click()
    retry = await socket.expect("ask")
    await ask(page, "Something else")

    assert (retry["retry_of"], retry["question"], retry["recordings"]) == (TURN, "What was decided?", [OTHER])
    assert (await socket.expect("ask"))["question"] == "Something else"


async def test_an_answer_never_blanks_shrinks_or_repeats(fake: FakeSite, page: Page) -> None:
    words = [f"word{number} " for number in range(300)]
    await page.add_init_script(_WATCH_LENGTH)
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))

    socket = await stream_with_interruptions(fake, socket, words)
    await expect(answer(page)).to_have_text("".join(words).strip())
    await complete(socket, "".join(words), 300)

    await expect(turn_element(page)).to_have_attribute("data-state", "complete")
    await expect(answer(page)).to_have_text("".join(words).strip())
    assert await page.evaluate("window.shrunk") == []


async def stream_with_interruptions(fake: FakeSite, socket: Socket, words: list[str]) -> Socket:
    """Send the words as chunks, three at a time and each twice, with three lost connections."""
    seq = (await socket.expect("follow"))["after"]
    interruptions = [60, 120, 180]
    while seq < len(words):
        for _ in range(2):
            await token(socket, seq, seq + 3, "".join(words[seq : seq + 3]))
        seq += 3
        if seq in interruptions:
            interruptions.remove(seq)
            socket.drop()
            socket = await fake.socket()
            seq = (await socket.expect("follow"))["after"]
    return socket


_WATCH_LENGTH = """
window.shrunk = [];
let longest = 0;
addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  const length = document.querySelector("[data-answer]").textContent.trim().length;
  if (length < longest) window.shrunk.push([longest, length]);
  longest = Math.max(longest, length);
}).observe(document.body, {subtree: true, childList: true, characterData: true}));
"""


async def test_a_hostile_answer_stays_text(fake: FakeSite, page: Page) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="<img src=x onerror=alert(1)>", seq=1))

    await token(socket, 1, 2, " <script>alert(2)</script> [a](javascript:alert(3)) ![b](//evil.example/i.png)\n\n")
    await token(socket, 2, 3, '[c](https://ok.example "onclick=alert(4)") <svg onload=alert(5)>')

    await expect(answer(page)).to_contain_text("onload=alert(5)")
    assert await answer(page).locator("img, script, svg, [onclick], [onerror], [style]").count() == 0
    assert await answer(page).locator("a[href]").evaluate_all("all => all.map(a => a.href)") == ["https://ok.example/"]
    assert dialogs == []


async def test_thinking_shows_its_seconds_without_announcing_them(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))
    phase = turn_element(page).locator("[data-phase]")

    await socket.send_event("phase", turn=TURN, phase="thinking")

    await expect(phase).to_have_text("Thinking…")
    await expect(phase.locator("span")).to_have_text("1 s")
    await expect(phase.locator("span")).to_have_attribute("aria-hidden", "true")
    await expect(phase).to_have_text("Thinking… 2 s")
    await token(socket, 0, 1, "The green one.")
    await expect(phase).to_be_hidden()


async def test_text_that_was_a_thought_leaves_the_page_when_it_is_retracted(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming"))

    await token(socket, 0, 1, "I wonder. **Perhaps ")
    await expect(answer(page)).to_contain_text("I wonder.")
    await token(socket, 1, 3, "so\x1cThe green ")
    await token(socket, 3, 4, "one [1].")

    await expect(answer(page)).to_have_text("The green one 1.")
    await expect(turn_element(page).locator("[data-cursor]")).to_be_visible()
