"""The demo's audio in a volume, played in a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from playwright.async_api import Browser, expect

from ..support.file_server import SETTINGS, file_server
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

HEARD = """() => {
    const audio = document.querySelector('[data-audio]');
    const start = Number(document.querySelector('[data-play]').dataset.play);
    return audio.readyState >= 3 && audio.currentTime > start + 0.3;
}"""


async def test_the_demo_plays_from_a_volume_and_says_what_is_lost(
    browser: Browser, start_site: Callable[..., SiteProcess]
) -> None:
    with file_server("volume") as server:
        site = start_site(
            STORAGE=SETTINGS["volume"],
            DATABRICKS_HOST=server.url,
            DATABRICKS_TOKEN="dapi-secret",
            DATABRICKS_CONFIG_FILE="/dev/null",
        )
        for file in (site.folder / "media/audio").iterdir():
            server.keep(f"audio/{file.name}", file.read_bytes())
        context = await browser.new_context(base_url=site.url)
        page = await context.new_page()
        await sign_in(page, site)
        await page.goto("/recordings/")
        await page.locator("a.row").first.click()

        await page.locator("[data-play]").first.click()
        await page.wait_for_function(HEARD)

        assert server.ranges  # and no read without a range
        server.files.clear()
        await page.reload()
        await expect(
            page.get_by_role("alert").filter(has_text="its file is not where this site keeps it")
        ).to_be_visible()
        await context.close()
        await asyncio.to_thread(site.stop)
