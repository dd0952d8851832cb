"""The page of a recording with its audio."""

from __future__ import annotations

import io
import uuid
import wave

import pytest
from playwright.async_api import Page, expect

from .fake_pages import recording_page
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


async def open_recording(fake: FakeSite, page: Page, anchor: str = "") -> None:
    name = str(uuid.uuid4())
    fake.pages["/recordings/1/"] = (200, recording_page(name, [(0, 2), (2, 5), (6, 9)]))
    fake.audio[f"/recordings/{name}/audio/"] = silence(10)
    await page.goto(f"{fake.url}/recordings/1/{anchor}")
    await expect(page.locator("[data-play]")).to_have_count(3)


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
