"""What a browser loads for a page on its first visit and again, with its cache full: requests and bytes on the wire."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support.processes import chromium
from tests.support.signing_in import sign_in
from tests.support.site_process import SiteProcess
from tests.support.weight import Weight, visit

QUESTION = "How much does the Heron cost?"
SERVERS = ("daphne", "uvicorn")


def measure() -> Iterator[str]:
    """Yield a row for each page and server."""
    yield "| page | server | first visit: requests | KB | again: requests | KB |"
    yield "|---|---|---|---|---|---|"
    for server in SERVERS:
        for page, (first, again) in asyncio.run(_visits(server)).items():
            yield f"| {page} | {server} | {_cells(first)} | {_cells(again)} |"


def _cells(weight: Weight) -> str:
    return f"{weight.requests} | {weight.size / 1000:.1f}"


async def _visits(server: str) -> dict[str, tuple[Weight, Weight]]:
    with (
        tempfile.TemporaryDirectory(prefix="chatsite-bench-") as folder,
        SiteProcess(Path(folder), SERVER=server) as site,
    ):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            try:
                return await _visit_all(browser, site)
            finally:
                await browser.close()


async def _visit_all(browser: Browser, site: SiteProcess) -> dict[str, tuple[Weight, Weight]]:
    """Visit each page in an empty browser that is signed in, twice."""
    reader = await browser.new_context()
    pages = await _pages(await reader.new_page(), site)
    state = await reader.storage_state()
    visits = {}
    for name, address in pages.items():
        context = await browser.new_context(storage_state=state)
        visits[name] = (await visit(context, address), await visit(context, address))
        await context.close()
    return visits


async def _pages(page: Page, site: SiteProcess) -> dict[str, str]:
    """Sign in and ask, and return the addresses of the pages to visit."""
    await sign_in(page, site)
    await page.locator("[data-question-input]").fill(QUESTION)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-turns] [data-state=complete]")).to_have_count(1, timeout=60_000)
    source = await page.locator("[data-sources] li a").first.get_attribute("href") or ""
    pages = {"a conversation of one turn": page.url, "a new question": site.url}
    return pages | {"a recording": site.url + urlsplit(source).path, "the search": f"{site.url}/search/?q=seal"}
