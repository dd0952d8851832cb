"""A newcomer's first recordings: three files are dropped, become ready, are asked about, and are heard word by word."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from ..support import spoken_times, transcription_server
from ..support.accessibility import violations
from ..support.site_process import SiteProcess
from ..support.spoken_times import SAID, time_of
from ..support.talking import KEY, LEAK
from ..support.transcription_server import Asked, TranscriptionServer
from .by_keyboard import tab_to
from .coming import DESK, PHONE, fill_in_first_run, first_run_link
from .listening import LONG, Play, click_play, heard, listening_context, press_space

pytestmark = pytest.mark.browser

Start = Callable[..., SiteProcess]
READY = 60_000
PUMP, GATE = SAID[:3], SAID[3:]
"""What is said in the recording that has a transcript, and in the one that the site transcribes."""
QUESTION = "What about the blue pump at the gate and the spare key?"
STEPS = ["queued", "reading", "sending", "processing", "ready"]
WATCH = """() => {
    window.seen = {};
    new MutationObserver(() => {
        for (const row of document.querySelectorAll(".upload")) {
            const title = row.querySelector("[data-upload-title]").textContent;
            const states = window.seen[title] ??= [];
            if (states.at(-1) !== row.dataset.state) states.push(row.dataset.state);
        }
    }).observe(document.querySelector("[data-uploads]"), { subtree: true, childList: true, attributes: true });
}"""
"""Note the states of each recording that the page shows, which a reload would lose."""


class Recogniser:
    """Hears the words of the second recording, once it may."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()

    def __call__(self, _: Asked) -> object:
        assert self.may_answer.wait(200)
        return spoken_times.recognised(GATE)


@pytest.fixture
def recogniser() -> Recogniser:
    return Recogniser()


@pytest.fixture
def server(recogniser: Recogniser) -> Iterator[TranscriptionServer]:
    with transcription_server.serving() as server:
        server.answer = recogniser
        yield server
        recogniser.may_answer.set()


@pytest.fixture
def site(start_site: Start, server: TranscriptionServer) -> SiteProcess:
    return start_site(
        CHAT_MODEL="python:tests.support.talking:with_quotations",
        TRANSCRIBER="openai:whisper-1",
        TRANSCRIBER_BASE_URL=server.url,
        TRANSCRIBER_API_KEY=transcription_server.KEY,
    )


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Audio with its transcript, and a film; both sound at each moment as the time that it is."""
    folder = tmp_path / "files"
    folder.mkdir()
    sound, transcript, film = (folder / name for name in ("Pump review.wav", "Pump review.json", "Gate talk.mov"))
    sound.write_bytes(spoken_times.rising_tone(30))
    transcript.write_text(spoken_times.transcript(PUMP))
    pictures = ["-f", "lavfi", "-i", "color=size=16x16:rate=5:duration=30", "-c:v", "mpeg4", "-c:a", "pcm_s16le"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(sound), *pictures, str(film)], check=True)
    return [sound, transcript, film]


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with listening_context(browser, viewport=DESK) as context:
        yield await context.new_page()


async def come_in(page: Page, site: SiteProcess) -> None:
    """Become the first administrator by the link that the site prints, and go to where recordings are added."""
    await page.goto(first_run_link(site))
    await fill_in_first_run(page)
    await expect(page.locator("[data-question-input]")).to_be_visible(timeout=LONG)
    menu = page.get_by_role("button", name="Conversations and menu")
    if await menu.is_visible():  # on a phone
        await menu.press("Enter")
    await page.get_by_role("link", name="Recordings", exact=True).press("Enter")
    await page.get_by_role("link", name="Add recordings").press("Enter")
    await expect(page.get_by_role("button", name="Choose files")).to_be_enabled(timeout=LONG)


async def drop(page: Page, files: list[Path]) -> None:
    """Drop files on the page as the desktop does."""
    box = await page.locator("[data-drop]").bounding_box()
    assert box
    desktop = await page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    for event in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 10}
        await desktop.send("Input.dispatchDragEvent", {"type": event, **place, "data": data})


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("list").get_by_role("listitem").filter(has_text=title)


async def looks_right(page: Page) -> None:
    """Assert that the page is accessible in the light and in the dark, at a desk and on a phone, where it fits."""
    for size in (PHONE, DESK):
        await page.set_viewport_size(size)
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        for scheme in ("dark", "light"):
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert await violations(page) == []


async def asked(page: Page) -> None:
    """Ask in the page that has the box; the turn is complete in it without a reload."""
    await page.locator("[data-question-input]").fill(QUESTION)
    await page.evaluate("window.isSame = true")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-turns] [data-turn]")).to_have_attribute("data-state", "complete", timeout=LONG)


def marker(page: Page, number: int) -> Locator:
    """Return the first place in the answer that names this source."""
    return page.locator(f"[data-answer] a[href$='-{number}']").first


async def hears(page: Page, number: int, words: str, play: Play) -> None:
    """Assert that the source that was opened marks these words, and that exactly they are heard."""
    panel = page.get_by_role("region", name=f"Source {number} of 2")
    await expect(panel).to_be_focused()
    await expect(panel.locator("mark")).to_have_text(words)
    first, last = time_of(words)
    start, end = await heard(page, last, play)
    assert start == pytest.approx(first - 0.3, abs=0.15)
    assert end == pytest.approx(last + 0.3, abs=0.15)


async def test_three_dropped_files_become_ready_and_are_heard_word_by_word(
    site: SiteProcess, page: Page, files: list[Path], recogniser: Recogniser
) -> None:
    await come_in(page, site)
    await drop(page, files)
    await looks_right(page)
    await page.evaluate(WATCH)
    await page.get_by_role("button", name="Add 2 recordings").click()
    await expect(row(page, "Gate talk")).to_contain_text("Transcribing", timeout=READY)
    await looks_right(page)
    recogniser.may_answer.set()
    await page.get_by_role("link", name="Ask about all 2 recordings").wait_for(timeout=READY)
    assert await page.evaluate("seen") == {"Pump review": STEPS, "Gate talk": STEPS}
    await looks_right(page)

    await page.get_by_role("link", name="Ask about all 2 recordings").click()
    await expect(page.locator("[data-filter-chips] li")).to_have_count(2)
    await asked(page)
    await marker(page, 1).click()
    await hears(page, 1, LEAK, click_play)
    await looks_right(page)
    assert await page.evaluate("isSame")


async def test_from_files_to_sound_by_keyboard_on_a_phone_in_the_dark(
    site: SiteProcess, page: Page, files: list[Path], recogniser: Recogniser
) -> None:
    await page.set_viewport_size(PHONE)
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await page.add_init_script("delete window.showOpenFilePicker")  # Playwright knows only the older way to choose
    recogniser.may_answer.set()
    await come_in(page, site)
    async with page.expect_file_chooser() as chooser:  # in force only some commands later
        await tab_to(page, page.get_by_role("button", name="Choose files"))
        await page.keyboard.press("Enter")
    await (await chooser.value).set_files(files)
    await tab_to(page, page.get_by_role("button", name="Add 2 recordings"))
    await page.keyboard.press("Enter")
    ask = page.get_by_role("link", name="Ask about all 2 recordings")
    await ask.wait_for(timeout=READY)
    await tab_to(page, ask)
    await page.keyboard.press("Enter")

    await expect(page.locator("[data-question-input]")).to_be_focused()
    await asked(page)
    await tab_to(page, marker(page, 2), "Shift+Tab")
    await page.keyboard.press("Enter")
    await hears(page, 2, KEY, press_space)
    assert await violations(page) == []
