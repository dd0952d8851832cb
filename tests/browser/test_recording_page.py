"""The page of a recording with its audio."""

from __future__ import annotations

import io
import re
import uuid
import wave
from collections.abc import Sequence

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from .fake_pages import recording_page, segments_html
from .fake_site import FakeSite

pytestmark = pytest.mark.browser


def silence(seconds: int) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(1)
        audio.setframerate(8_000)
        audio.writeframes(b"\x80" * 8_000 * seconds)
    return target.getvalue()


SHORT = [(0.0, 2.0), (2.0, 5.0), (6.0, 9.0)]
LONG = [(second, second + 1.0) for second in range(60)]


async def open_recording(
    fake: FakeSite, page: Page, anchor: str = "", segments: Sequence[tuple[float, float]] = SHORT
) -> str:
    """Open the page of a recording, and return the address of its segments."""
    name = str(uuid.uuid4())
    fake.pages["/recordings/1/"] = (200, recording_page(name, segments))
    fake.audio[f"/recordings/{name}/audio/"] = silence(int(segments[-1][1]) + 1)
    await page.goto(f"{fake.url}/recordings/1/{anchor}")
    await expect(page.locator("[data-play]")).to_have_count(len(segments))
    return f"/recordings/{name}/segments/"


async def test_a_segment_can_be_played_and_is_marked_while_it_plays(fake: FakeSite, page: Page) -> None:
    await open_recording(fake, page)

    await page.locator("#segment-2 [data-play]").click()

    await expect(page.locator("#segment-2")).to_have_attribute("aria-current", "true")
    assert await page.locator("[data-audio]").evaluate("audio => audio.currentTime >= 2 && !audio.paused")
    await page.locator("#segment-3 [data-play]").click()
    await expect(page.locator("#segment-3")).to_have_attribute("aria-current", "true")
    await expect(page.locator("[aria-current=true]")).to_have_count(1)


async def test_a_page_opened_at_a_segment_plays_from_there(fake: FakeSite, page: Page) -> None:
    await open_recording(fake, page, "#segment-3")

    await expect(page.locator("#segment-3")).to_be_in_viewport()
    await expect(page.locator("[data-audio]")).to_have_js_property("currentTime", 6)
    await page.evaluate("location.hash = '#segment-2'")
    await expect(page.locator("[data-audio]")).to_have_js_property("currentTime", 2)


# The segment that plays stays in view


SOUND = "document.querySelector('[data-audio]')"


def segment(page: Page, number: int) -> Locator:
    return page.locator(f"#segment-{number}")


async def play_at(page: Page, time: float) -> None:
    """Let the sound be at a time, as if it had played until then."""
    await page.evaluate(f"{SOUND}.currentTime = {time}")


async def test_the_segment_that_plays_stays_in_view(fake: FakeSite, page: Page) -> None:
    await open_recording(fake, page, segments=LONG)
    await segment(page, 1).locator("[data-play]").click()

    for time in (25, 40, 55, 5):
        await play_at(page, time + 0.1)
        await expect(segment(page, time + 1)).to_have_attribute("aria-current", "true")
        await expect(segment(page, time + 1)).to_be_in_viewport()

    await expect(page.get_by_role("button", name="Follow")).to_be_hidden()


async def test_a_reader_who_scrolls_away_is_not_brought_back_before_asking_for_it(fake: FakeSite, page: Page) -> None:
    await open_recording(fake, page, segments=LONG)
    follow = page.get_by_role("button", name="Follow")
    await segment(page, 1).locator("[data-play]").click()
    await expect(segment(page, 1)).to_have_attribute("aria-current", "true")

    await page.mouse.move(500, 500)
    await page.mouse.wheel(0, 4_000)
    await expect(follow).to_be_visible()
    await expect(segment(page, 60)).to_be_in_viewport()
    await play_at(page, 10.1)
    await expect(segment(page, 11)).to_have_attribute("aria-current", "true")
    await expect(segment(page, 11)).not_to_be_in_viewport()
    await follow.click()

    await expect(page.locator("[aria-current=true]")).to_be_in_viewport()
    await expect(follow).to_be_hidden()


async def test_playing_anything_follows_again(fake: FakeSite, page: Page) -> None:
    await page.emulate_media(reduced_motion="reduce")
    await open_recording(fake, page, segments=LONG)
    await segment(page, 1).locator("[data-play]").click()
    await expect(segment(page, 1)).to_have_attribute("aria-current", "true")
    await page.mouse.move(500, 500)
    await page.mouse.wheel(0, 4_000)
    await expect(page.get_by_role("button", name="Follow")).to_be_visible()

    await segment(page, 60).locator("[data-play]").click()
    await expect(segment(page, 60)).to_have_attribute("aria-current", "true")
    await play_at(page, 20.1)

    await expect(segment(page, 21)).to_be_in_viewport()


# Controls


async def test_the_sound_goes_back_five_seconds(fake: FakeSite, page: Page) -> None:
    await open_recording(fake, page, segments=LONG)
    await play_at(page, 30)
    back = page.get_by_role("button", name="Back 5 seconds")

    await back.click()
    await expect(page.locator("[data-audio]")).to_have_js_property("currentTime", 25)
    await play_at(page, 2)
    await back.click()
    await expect(page.locator("[data-audio]")).to_have_js_property("currentTime", 0)


async def test_the_speed_is_remembered(fake: FakeSite, page: Page, context: BrowserContext) -> None:
    await open_recording(fake, page)
    assert await page.get_by_label("Speed").locator("option").all_inner_texts() == [
        "0.75×", "1×", "1.25×", "1.5×", "1.75×", "2×"
    ]  # fmt: skip

    await page.get_by_label("Speed").select_option("1.5×")
    await expect(page.locator("[data-audio]")).to_have_js_property("playbackRate", 1.5)

    other = await context.new_page()
    await open_recording(fake, other)
    await expect(other.get_by_label("Speed")).to_have_value("1.5")
    await segment(other, 1).locator("[data-play]").click()
    await expect(other.locator("[data-audio]")).to_have_js_property("playbackRate", 1.5)


async def test_space_plays_as_the_page_says(fake: FakeSite, page: Page) -> None:
    await open_recording(fake, page, segments=LONG)
    await expect(page.get_by_text("Space plays and pauses")).to_be_visible()

    await page.keyboard.press("Space")

    await expect(page.locator("[data-audio]")).to_have_js_property("paused", False)


async def test_space_pauses_and_goes_on_but_not_while_typing(fake: FakeSite, page: Page) -> None:
    address = await open_recording(fake, page, segments=LONG)
    fake.pages[address] = (200, segments_html(address.split("/")[2], LONG, text="a b"))
    sound = page.locator("[data-audio]")
    await page.evaluate(f"{SOUND}.play()")
    await expect(page.locator("[aria-current=true]")).to_have_count(1)

    await page.keyboard.press("Space")
    await expect(sound).to_have_js_property("paused", True)
    await page.keyboard.press("Space")
    await expect(sound).to_have_js_property("paused", False)
    await page.get_by_label("Find words in this recording").focus()
    await page.keyboard.type("a b")
    await page.get_by_label("Speed").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Escape")

    await expect(sound).to_have_js_property("paused", False)
    await expect(page.get_by_label("Find words in this recording")).to_have_value("a b")


async def test_the_segments_are_one_stop_of_the_tab_key(fake: FakeSite, page: Page) -> None:
    await open_recording(fake, page, segments=LONG)
    await page.get_by_role("button", name="Find").focus()

    await page.keyboard.press("Tab")
    await expect(segment(page, 1)).to_be_focused()
    for key, number in {"ArrowDown": 2, "End": 60, "ArrowUp": 59, "Home": 1}.items():
        await page.keyboard.press(key)
        await expect(segment(page, number)).to_be_focused()
        await expect(segment(page, number)).to_be_in_viewport()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(segment(page, 2)).to_have_attribute("aria-current", "true")
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="Find")).to_be_focused()
    await page.keyboard.press("Tab")

    await expect(segment(page, 2)).to_be_focused()
    assert await page.locator("[data-segments] [tabindex='0']").count() == 1


# The filter


async def test_what_is_found_replaces_the_segments_while_the_sound_goes_on(fake: FakeSite, page: Page) -> None:
    address = await open_recording(fake, page, segments=LONG)
    name = address.split("/")[2]
    fake.pages[f"{address}?q=words"] = (200, segments_html(name, SHORT[:2], text="words"))
    fake.pages[address] = (200, segments_html(name, LONG, text=""))
    await segment(page, 1).locator("[data-play]").click()

    await page.get_by_label("Find words in this recording").fill("words")

    await expect(page.locator("[data-segment]")).to_have_count(2)
    await expect(page).to_have_url(f"{fake.url}/recordings/1/?q=words")
    await expect(page.locator("[data-announcer]")).to_have_text("2 places with “words”")
    await expect(segment(page, 2).locator("[data-play]")).to_be_visible()
    await expect(page.locator("[aria-current=true]")).to_have_count(1)
    await segment(page, 2).get_by_role("link").click()
    await expect(page.locator("[data-segment]")).to_have_count(60)
    await expect(page).to_have_url(f"{fake.url}/recordings/1/#segment-2")
    await expect(page.get_by_label("Find words in this recording")).to_have_value("")
    assert not await page.evaluate(f"{SOUND}.paused")
    assert fake.requests.count("/recordings/1/") == 1


async def test_a_server_that_does_not_answer_takes_nothing_from_the_page(fake: FakeSite, page: Page) -> None:
    address = await open_recording(fake, page)
    await page.route(f"**{address}**", lambda route: route.abort())

    await page.get_by_label("Find words in this recording").fill("words")
    await expect(page.get_by_role("alert")).to_have_text("The site does not answer. Please try again.")
    await expect(page.locator("[data-segment]")).to_have_count(3)
    fake.pages[address] = (200, segments_html(address.split("/")[2], SHORT[:1], text="words"))
    await page.unroute_all()
    await page.get_by_role("button", name="Find").click()

    await expect(page.locator("[data-segment]")).to_have_count(1)
    await expect(page.get_by_role("alert")).to_be_hidden()


async def test_a_filter_that_cannot_be_fetched_is_a_page(fake: FakeSite, page: Page) -> None:
    await open_recording(fake, page)
    fake.pages["/recordings/1/?speaker=Anna"] = (200, "<title>Anna</title>")

    await page.get_by_label("Speaker").select_option("Anna")

    await expect(page).to_have_title("Anna")


async def test_a_link_to_a_moment_begins_there(fake: FakeSite, page: Page, context: BrowserContext) -> None:
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    await open_recording(fake, page, "?t=7.5")

    await expect(page).to_have_url(re.compile("#segment-3$"))
    await page.get_by_role("button", name="Copy link to this moment").click()
    await expect(page.locator("[data-announcer]")).to_have_text("Copied")
    link = await page.evaluate("navigator.clipboard.readText()")
    await page.goto("about:blank")
    await page.goto(link)

    assert link == f"{fake.url}/recordings/1/?t=7.5#segment-3"
    await page.wait_for_function("() => document.querySelector('[data-audio]').currentTime === 7.5")
