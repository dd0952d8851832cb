"""The script and the style sheet that a page is packed into."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, expect

from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess
from ..support.weight import visit

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

PATHS = ("/", "/recordings/", "/search/?q=seal", "/accounts/password/")
VIEWS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 390))
FILES = "performance.getEntriesByType('resource').filter(({name}) => /[.](css|js)$/.test(name)).length"
STYLES = """() => [...document.querySelectorAll('*')].map((element) => {
    const style = getComputedStyle(element);
    const own = [...style].filter((name) => !/^--|^background-position|^mask-image/.test(name));
    const all = own.map((name) => `${name}: ${style.getPropertyValue(name)}`).join(';');
    let digest = 0;
    for (let at = 0; at < all.length; at += 1) digest = (Math.imul(digest, 31) + all.charCodeAt(at)) | 0;
    return [`${element.tagName} ${element.getAttribute('class')}`, digest];
})"""
"""The styles of all elements, as digests: there are hundreds of each. Without what the packager writes in another way:
``to right`` as ``90deg``."""


async def ask(page: Page) -> None:
    await page.locator("[data-question-input]").fill("How much does the Heron cost?")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-turns] [data-state=complete]")).to_have_count(1, timeout=60_000)


async def test_a_first_visit_is_light_and_the_next_is_lighter(signed_in_page: Page, browser: Browser) -> None:
    await ask(signed_in_page)
    state: Any = await signed_in_page.context.storage_state()
    context = await browser.new_context(storage_state=state)

    first = await visit(context, signed_in_page.url)
    again = await visit(context, signed_in_page.url)
    await context.close()

    assert first.requests <= 12
    assert first.size <= 60_000
    assert again.size <= 8_000


async def test_the_source_map_leads_back_to_the_modules(signed_in_page: Page, site: SiteProcess) -> None:
    [script] = await signed_in_page.locator("script").evaluate_all("scripts => scripts.map(({src}) => src)")

    text = await (await signed_in_page.request.get(script)).text()
    [name] = re.findall(r"^//# sourceMappingURL=(.+)$", text, re.MULTILINE)
    source_map = await (await signed_in_page.request.get(f"{script.rpartition('/')[0]}/{name}")).json()

    assert {"main.js", "zone.js", "turns/turn.js"} <= set(source_map["sources"])
    assert len(source_map["sources"]) == len(source_map["sourcesContent"]) >= 80
    assert str(site.folder) not in json.dumps(source_map["sources"])


async def test_a_packed_page_looks_as_with_single_files(
    start_site: Callable[..., SiteProcess], browser: Browser
) -> None:
    packed, single = [await looks(browser, start_site(DEBUG=debug)) for debug in ("false", "true")]

    for place, look in packed.items():
        assert different(look, single[place]) == []
        assert look.files == 2 <= single[place].files
        assert look.complaints == single[place].complaints == []


@dataclass
class Look:
    """What a page looks like: its elements with digests of their styles, how many files it loads, and the console."""

    styles: list[tuple[str, int]]
    files: int
    complaints: list[str]


async def looks(browser: Browser, site: SiteProcess) -> dict[tuple[str, str], Look]:
    context = await browser.new_context()
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await sign_in(page, site)
    found: dict[tuple[str, str], Look] = {}
    for path, (scheme, width) in product(PATHS, VIEWS):
        complaints.clear()
        await page.set_viewport_size({"width": width, "height": 800})
        await page.emulate_media(color_scheme=scheme)
        await page.goto(f"{site.url}{path}")
        files = await page.evaluate(FILES)
        found[path, scheme] = Look(await page.evaluate(STYLES), files, [*complaints])
    await context.close()
    return found


def different(look: Look, other: Look) -> list[tuple[tuple[str, int], tuple[str, int]]]:
    return [pair for pair in zip(look.styles, other.styles, strict=True) if pair[0] != pair[1]]
