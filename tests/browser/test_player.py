"""The sound of sources and recordings."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from .fake_pages import KICK_OFF, turn_html
from .fake_site import FakeSite
from .live import OTHER, TURN, open_page, turn_element
from .test_recording_page import open_recording, silence

pytestmark = pytest.mark.browser

WATCH = """() => {
    window.sounds = new Set();
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () { window.sounds.add(this); return play.call(this); };
}"""
TIME = "[...window.sounds][0].currentTime"
PLAYING = "[...window.sounds].filter((sound) => !sound.paused).length"


def source(page: Page, number: int, turn: str = TURN) -> Locator:
    return page.locator(f"#source-{turn}-{number}")


async def open_sources(fake: FakeSite, page: Page) -> None:
    """Open a page with sources from 61 to 65.5 seconds of a recording."""
    fake.audio[f"/recordings/{KICK_OFF}/audio/"] = silence(80)
    await page.add_init_script(f"({WATCH})()")
    await open_page(fake, page, turn_html(TURN, "complete", text="Green [1], [2].", seq=1, sources=2))


async def test_a_source_plays_where_it_begins_and_stops_at_its_end(fake: FakeSite, page: Page) -> None:
    await open_sources(fake, page)

    await source(page, 1).get_by_role("button", name="Play source 1, Anna, 1:01").click()

    await expect(source(page, 1)).to_have_attribute("data-playing", "")
    await expect(source(page, 1).get_by_role("button", name="Pause source 1, Anna, 1:01")).to_be_visible()
    assert 61 <= await page.evaluate(TIME) < 65.5
    head = source(page, 1).locator("[data-play-head]")
    assert 100 <= float(await head.get_attribute("x1") or 0) <= 110
    await page.evaluate("[...window.sounds][0].playbackRate = 2")
    await expect(source(page, 1).get_by_role("button", name="Play source 1")).to_be_visible()
    assert await page.evaluate(PLAYING) == 0
    assert 65.5 <= await page.evaluate(TIME) < 67.5  # a second of a busy machine's clock


async def test_a_source_is_paused_and_goes_on_by_keyboard(fake: FakeSite, page: Page) -> None:
    await open_sources(fake, page)
    button = source(page, 1).locator("[data-play]")
    await button.focus()

    await page.keyboard.press("Space")
    await page.wait_for_function(f"() => {TIME} > 61.2")
    await page.keyboard.press("Space")
    await expect(button).to_have_accessible_name(re.compile("^Play"))
    paused = await page.evaluate(TIME)
    await page.keyboard.press("Enter")

    await expect(button).to_have_accessible_name(re.compile("^Pause"))
    assert paused <= await page.evaluate(TIME) < paused + 2


async def test_only_one_source_sounds_at_a_time(fake: FakeSite, page: Page) -> None:
    await open_sources(fake, page)

    await source(page, 1).locator("[data-play]").click()
    await expect(source(page, 1)).to_have_attribute("data-playing", "")
    await source(page, 2).locator("[data-play]").click()

    await expect(source(page, 2)).to_have_attribute("data-playing", "")
    await expect(page.locator("[data-playing]")).to_have_count(1)
    assert await page.evaluate(PLAYING) == await page.evaluate("window.sounds.size") == 1


async def test_a_source_says_when_its_audio_is_missing(fake: FakeSite, page: Page) -> None:
    await open_sources(fake, page)
    sound = fake.audio.pop(f"/recordings/{KICK_OFF}/audio/")
    failure = source(page, 1).get_by_role("alert")

    await source(page, 1).locator("[data-play]").click()
    await expect(failure).to_have_text("The audio could not be played. Its file may be missing.")
    await expect(source(page, 1).locator("[data-play]")).to_have_accessible_name(re.compile("^Play"))

    fake.audio[f"/recordings/{KICK_OFF}/audio/"] = sound
    await source(page, 1).locator("[data-play]").click()
    await expect(source(page, 1)).to_have_attribute("data-playing", "")
    await expect(failure).to_be_hidden()


async def test_a_source_without_audio_has_no_button(fake: FakeSite, page: Page) -> None:
    await open_page(
        fake,
        page,
        turn_html(OTHER, "complete", text="Green [1].", seq=1, sources=1, has_audio=False),
        turn_html(TURN, "complete", text="Green [1].", seq=1, sources=1),
    )

    await expect(source(page, 1, OTHER).locator(".timeline")).to_be_visible()
    await expect(turn_element(page, OTHER).get_by_role("button", name="Play")).to_have_count(0)
    await expect(turn_element(page).get_by_role("button", name="Play")).to_have_count(1)


async def test_a_segment_of_a_recording_is_paused_by_its_button(fake: FakeSite, page: Page) -> None:
    await open_recording(fake, page)
    button = page.locator("#segment-2 [data-play]")

    await button.click()
    await expect(button).to_have_accessible_name(re.compile("^Pause"))
    await button.click()

    await expect(button).to_have_accessible_name(re.compile("^Play"))
    assert await page.locator("[data-audio]").evaluate("audio => audio.paused")
    await expect(page.locator("[aria-current=true]")).to_have_count(0)
