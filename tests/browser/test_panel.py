"""A source beside its answer, and its sound: exactly the quoted words of a recording whose times are known."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from ..support.accessibility import violations
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess
from ..support.spoken_times import LOWEST, RISE, time_of, write
from ..support.talking import KEY, LEAK

pytestmark = pytest.mark.browser

Start = Callable[..., SiteProcess]

LONG = 30_000
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


@pytest.fixture
async def listening(browser: Browser) -> AsyncIterator[Page]:
    """A page that keeps what it lets be heard. Our policy would not let it load what it does that with."""
    context = await browser.new_context(bypass_csp=True, permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await page.add_init_script(f"({LISTEN})({json.dumps(TAP)})")
    yield page
    await context.close()


async def asked(start_site: Start, page: Page) -> None:
    """Ask a site about the recording, and wait for the answer."""
    site = start_site(CHAT_MODEL="python:tests.support.talking:with_quotations")
    site.manage("import_recordings", str(write(site.folder)))
    await sign_in(page, site)
    await page.locator("[data-question-input]").fill("What about the blue pump at the gate and the spare key?")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-turns] [data-turn]")).to_have_attribute("data-state", "complete", timeout=LONG)


def marker(page: Page, number: int) -> Locator:
    return page.locator("[data-answer] a[href^='#source-']").nth(number)


async def heard(page: Page, last: float) -> tuple[float, float]:
    """Play the words of a panel, of which the last ends at ``last``, and return the times in the file that were heard.

    Play them again if there was a gap: a machine that is too busy leaves out sound, whatever the page does.
    """
    for _ in range(3):
        await page.keyboard.press("Space")
        await expect(page.locator("[data-sound-play]")).not_to_have_attribute("data-state", "silent")
        await page.wait_for_function(f"() => element.currentTime < {last - 1}")
        await page.wait_for_function(f"() => element.currentTime > {last - 1}")
        await page.evaluate(BUSY)  # when the words end, the page can do nothing about it
        await expect(page.locator("[data-sound-play]")).to_have_attribute("data-state", "silent", timeout=LONG)
        lowest, highest, seconds = await page.evaluate(TONES)
        start, end = ((tone - LOWEST) / RISE for tone in (lowest, highest))
        if end - start == pytest.approx(seconds, abs=0.15):
            return start - 0.03, end + 0.03  # each tone was measured over 60 ms
    raise AssertionError(f"{seconds} s of sound are not all from {start} to {end} s")


async def test_the_panel_plays_exactly_the_quoted_words(listening: Page, start_site: Start) -> None:
    page = listening
    await asked(start_site, page)
    panel = page.get_by_role("region", name="Source 1 of 2")

    await marker(page, 0).click()
    await expect(panel).to_be_focused()
    await expect(panel.locator("mark")).to_have_text(LEAK)
    await expect(panel.locator(".opened__segment")).to_have_count(5)
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert await violations(page) == []
    first, last = time_of(LEAK)

    start, end = await heard(page, last)
    assert start == pytest.approx(first - 0.3, abs=0.15)
    assert end == pytest.approx(last + 0.3, abs=0.15)

    await panel.get_by_role("combobox", name="Speed").select_option("2")
    await panel.get_by_role("button", name="Hear the whole answer").click()
    status = page.get_by_role("status").filter(has_text=re.compile("."))
    await expect(status.filter(has_text="Next: Mara Quist")).to_be_visible()
    await expect(status.filter(has_text="Next: Tom Reed")).to_be_visible(timeout=LONG)
    await expect(page.get_by_role("region", name="Source 2 of 2").locator("mark")).to_have_text(KEY)
    await expect(status.filter(has_text="That was the whole answer.")).to_be_visible(timeout=LONG)

    await page.get_by_role("button", name="Copy link to this moment").click()
    await expect(page.locator("[data-announcer]")).to_have_text("Copied")
    link = await page.evaluate("navigator.clipboard.readText()")
    await page.goto(link)
    begun = time_of(KEY)[0] - 0.3
    await page.wait_for_function(f"() => Math.abs(document.querySelector('[data-audio]').currentTime - {begun}) < 0.01")
    await expect(page.locator("#segment-4 mark")).to_have_text(KEY)
    await expect(page.locator("#segment-4 mark")).to_be_in_viewport()
    await page.goto(link.partition("#")[0].replace("words=", "other="))
    await expect(page).to_have_url(re.compile("#segment-4$"))
