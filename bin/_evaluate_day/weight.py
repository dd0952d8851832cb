"""What a page weighs on its first visit, and how much moves in it while an answer streams."""

from __future__ import annotations

from playwright.async_api import Browser, Page, Response, ViewportSize, expect

from tests.support.site_process import SiteProcess

from .tasks import QUESTION, Day

WATCH = """() => {
    window.moved = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
    }).observe({type: "layout-shift", buffered: true});
}"""


async def print_weights(browser: Browser, site: SiteProcess, sizes: list[ViewportSize]) -> None:
    """Print requests and bytes of each kind of page with an empty cache, then the layout shift of an answer."""
    context = await browser.new_context()
    day = Day(await context.new_page(), site)
    await day.ask()
    places = {
        "home": "/",
        "a conversation": day.page.url.removeprefix(site.url),
        "recordings": "/recordings/",
        "a recording": await _recording(day),
        "search": "/search/?q=silicone",
    }
    print("\n| page | requests | kB |\n|---|---|---|")
    for name, place in places.items():
        requests, size = await _weigh(browser, site, place, await context.storage_state())
        print(f"| {name} | {requests} | {size / 1024:.0f} |")
    print("\n| width | layout shift while an answer streams and ends |\n|---|---|")
    for viewport in sizes:
        print(f"| {viewport['width']} px | {await _shift(day.page, viewport):.4f} |")
    await context.close()


async def _recording(day: Day) -> str:
    address = await day.page.locator("li.source a").first.get_attribute("href")
    return (address or "").partition("?")[0]


async def _weigh(browser: Browser, site: SiteProcess, place: str, state: object) -> tuple[int, int]:
    context = await browser.new_context(storage_state=state)  # type: ignore[arg-type]
    page = await context.new_page()
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))  # noqa: PLW0108  # Playwright marks its handlers
    await page.goto(site.url + place, wait_until="networkidle")
    sizes = [await response.request.sizes() for response in responses if response.ok and "/audio/" not in response.url]
    await context.close()
    return len(responses), sum(size["responseBodySize"] for size in sizes)


async def _shift(page: Page, size: ViewportSize) -> float:
    await page.set_viewport_size(size)
    turns = await page.locator("[data-turn][data-state=complete]").count()
    await page.evaluate(WATCH)
    await page.locator("[data-question-input]").fill(QUESTION)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-turn][data-state=complete]")).to_have_count(turns + 1, timeout=30_000)
    await page.wait_for_load_state("networkidle")
    return float(await page.evaluate("window.moved"))
