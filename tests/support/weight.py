"""What a page weighs on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import BrowserContext


@dataclass(frozen=True)
class Weight:
    """What a visit of a page loads: requests, and bytes with headers. Sockets are not counted."""

    requests: int
    size: int


async def visit(context: BrowserContext, address: str) -> Weight:
    """Load a page in a new tab of this browser, until it has been quiet for half a second.

    Chromium reports the bytes of each response (``encodedDataLength`` of ``Network.loadingFinished``).
    """
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    sizes: dict[str, int] = {}
    cached: set[str] = set()

    def finished(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = round(event["encodedDataLength"])

    session.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
    session.on("Network.loadingFinished", finished)
    await session.send("Network.enable")
    await page.goto(address, wait_until="networkidle")
    await page.close()
    loaded = [size for request, size in sizes.items() if size and request not in cached]
    return Weight(len(loaded), sum(loaded))
