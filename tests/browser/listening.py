"""What leaves a page for the loudspeaker: of a rising tone, what is heard says from when to when it was played."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from ..support.spoken_times import LOWEST, RISE

LONG = 30_000
Play = Callable[[Page], Awaitable[None]]
TAP = """registerProcessor("tap", class extends AudioWorkletProcessor {
    process([input], [output]) {
        if (input[0]) this.port.postMessage(input[0].slice());
        return true;
    }
});"""
LISTEN = """(tap) => {
    const { connect } = AudioNode.prototype, { play } = HTMLMediaElement.prototype;
    window.heard = [];
    AudioNode.prototype.connect = function (target, ...more) {
        const { context } = this;
        const module = URL.createObjectURL(new Blob([tap], { type: "text/javascript" }));
        if (target === context.destination) window.tapped = context.audioWorklet.addModule(module).then(() => {
            const tap = new AudioWorkletNode(context, "tap");
            tap.port.onmessage = ({ data }) => window.heard.push(...data);
            window.rate = context.sampleRate;
            connect.call(connect.call(this, tap), target);
        });
        return connect.call(this, target, ...more);
    };
    HTMLMediaElement.prototype.play = async function () {
        window.element = this;
        await window.tapped;
        return play.call(this);
    };
}"""
"""Keep a copy of every sample that leaves the page for the loudspeaker."""
TONES = """() => {
    const { heard, rate } = window, size = rate * 0.06;
    const first = heard.findIndex((sample) => Math.abs(sample) > 0.05);
    const last = heard.findLastIndex((sample) => Math.abs(sample) > 0.05);
    const tone = (from) => {
        const rises = [];
        for (let at = from; at < from + size; at++) if (heard[at - 1] < 0 && heard[at] >= 0)
            rises.push(at - heard[at] / (heard[at] - heard[at - 1]));
        return (rises.length - 1) / (rises.at(-1) - rises[0]) * rate;
    };
    const found = [tone(first + 1), tone(last - size), (last - first) / rate];
    window.heard = [];
    return found;
}"""
"""The first and the last tone that was heard, and for how many seconds anything was."""
BUSY = "() => { const end = performance.now() + 2_000; while (performance.now() < end); }"


@asynccontextmanager
async def listening_context(browser: Browser, **options: Any) -> AsyncIterator[BrowserContext]:
    """Give a context whose pages keep what they let be heard.

    Our policy would not let them load what they do that with.
    """
    permissions = ["clipboard-read", "clipboard-write"]
    context = await browser.new_context(bypass_csp=True, permissions=permissions, **options)
    await context.add_init_script(f"({LISTEN})({json.dumps(TAP)})")
    yield context
    await context.close()


async def press_space(page: Page) -> None:
    """Play as the panel does on a key, when it has the focus."""
    await page.keyboard.press("Space")


async def click_play(page: Page) -> None:
    await page.locator("[data-sound-play]").click()


async def heard(page: Page, last: float, play: Play = press_space) -> tuple[float, float]:
    """Play the words of a panel, of which the last ends at ``last``, and return the times in the file that were heard.

    Play them again if there was a gap: a machine that is too busy leaves out sound, whatever the page does.
    """
    for _ in range(3):
        await play(page)
        await expect(page.locator("[data-sound-play]")).not_to_have_attribute("data-state", "silent")
        await page.wait_for_function(f"() => window.element?.currentTime < {last - 1}")
        await page.wait_for_function(f"() => element.currentTime > {last - 1}")
        await page.evaluate(BUSY)  # when the words end, the page can do nothing about it
        await expect(page.locator("[data-sound-play]")).to_have_attribute("data-state", "silent", timeout=LONG)
        lowest, highest, seconds = await page.evaluate(TONES)
        start, end = ((tone - LOWEST) / RISE for tone in (lowest, highest))
        if end - start == pytest.approx(seconds, abs=0.15):
            return start - 0.03, end + 0.03  # each tone was measured over 60 ms
    raise AssertionError(f"{seconds} s of sound are not all from {start} to {end} s")
