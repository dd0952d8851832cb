"""Take the screenshots of docs/images: see ``bin/screenshots``."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support.processes import chromium
from tests.support.signing_in import sign_in
from tests.support.site_process import SiteProcess

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
DESK = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 780}
QUESTION = "How much does the Heron cost?"
SEARCHED = "silicone seal"
LONGEST = 150_000
"""Most bytes of an image."""


async def main() -> None:
    """Take the screenshots in light, in dark and on a phone."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, SiteProcess(Path(folder)) as site:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            await _take(browser, site, "light", DESK)
            await _take(browser, site, "dark", DESK)
            await _take(browser, site, "phone", PHONE)
            await browser.close()
    if large := [image.name for image in IMAGES.glob("*.png") if image.stat().st_size > LONGEST]:
        raise SystemExit(f"larger than {LONGEST} bytes: {', '.join(large)}")


async def _take(browser: Browser, site: SiteProcess, name: str, size: dict[str, int]) -> None:
    viewport: Any = size
    scheme: Any = "dark" if name == "dark" else "light"
    context = await browser.new_context(viewport=viewport, color_scheme=scheme, device_scale_factor=1)
    page = await context.new_page()
    await sign_in(page, site)
    await page.screenshot(path=IMAGES / f"home-{name}.png")
    await _ask(page, QUESTION)
    await expect(page.locator("[data-turns] [data-state=complete]")).to_have_count(1, timeout=60_000)
    await page.screenshot(path=IMAGES / f"conversation-{name}.png")
    await page.locator("[data-sources] li a").first.click()
    await expect(page.locator(":target")).to_be_visible()
    await page.screenshot(path=IMAGES / f"recording-{name}.png")
    await page.goto(f"{site.url}/search/?q={SEARCHED}")
    await page.screenshot(path=IMAGES / f"search-{name}.png")
    await context.close()


async def _ask(page: Page, question: str) -> None:
    await page.locator("[data-question-input]").fill(question)
    await page.keyboard.press("Enter")


if __name__ == "__main__":
    asyncio.run(main())
