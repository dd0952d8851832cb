"""The page of a recording of 4,500 segments on a running site: it has a part of them, and fetches the others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, Route, expect

from ..support.accessibility import violations
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess
from ..support.sites import copy_of
from .test_recording_page import silence

pytestmark = pytest.mark.browser

TOTAL, LENGTH = 4_500, 0.1
"""Segments, and the seconds that each takes."""
WIDTHS = pytest.mark.parametrize("width", [1280, 390])
SHORTEN = "for (const segment of [...document.querySelectorAll('main [id]')].slice(200)) segment.remove()"
"""The checker takes half a minute for thousands of elements, which all look the same."""
TOP = "segment => segment.getBoundingClientRect().top"


def cue(number: int) -> str:
    start, end = (f"00:{int(at // 60):02}:{at % 60:06.3f}" for at in ((number - 1) * LENGTH, number * LENGTH))
    speaker = "Omar" if number // 700 % 2 else "Ana"
    heron = " A heron!" if number in {5, 4_321} else ""
    return f"{start} --> {end}\n<v {speaker}>This is what was said at place {number} of the long day.{heron}</v>\n"


@pytest.fixture(scope="module")
def site(prepared_site: SiteProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteProcess]:
    """A site with the long recording and its sound."""
    folder = tmp_path_factory.mktemp("long")
    (folder / "day.vtt").write_text("WEBVTT\n\n" + "\n".join(map(cue, range(1, TOTAL + 1))))
    (folder / "day.wav").write_bytes(silence(int(TOTAL * LENGTH) + 1))
    with copy_of(prepared_site, tmp_path_factory.mktemp("site")) as site:
        site.manage("import_recordings", str(folder))
        yield site


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield context
    await context.close()


@pytest.fixture
async def address(page: Page, site: SiteProcess) -> str:
    """The address of the long recording, in a browser that is signed in."""
    await sign_in(page, site, "demo")
    await page.goto(f"{site.url}/recordings/?q=day")
    return site.url + str(await page.locator("a.row").first.get_attribute("href"))


def segment(page: Page, number: int) -> Locator:
    return page.locator(f"#segment-{number}")


async def numbers(page: Page) -> list[int]:
    ids = "segments => segments.map(({ id }) => Number(id.split('-')[1]))"
    return list(await page.locator("[data-segment]").evaluate_all(ids))


async def part(page: Page) -> str:
    return " ".join((await page.locator("[data-part]").inner_text()).split())


async def set_width(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 800})


@WIDTHS
async def test_a_link_leads_to_a_segment_that_the_page_does_not_have(page: Page, address: str, width: int) -> None:
    await set_width(page, width)
    await page.goto(f"{address}#segment-4000")

    await expect(segment(page, 4_000)).to_be_in_viewport(ratio=1)
    await expect(page.locator(".segment:target")).to_have_id("segment-4000")
    await expect(page.locator("[data-audio]")).to_have_js_property("currentTime", 399.9)
    assert await part(page) == "Segments 3,900–4,399 of 4,500"
    await page.evaluate("location.hash = '#segment-10'")
    await expect(segment(page, 10)).to_be_in_viewport(ratio=1)
    await page.go_back()
    await expect(segment(page, 4_000)).to_be_in_viewport(ratio=1)
    await expect(page.locator(".segment:target")).to_have_id("segment-4000")
    await page.evaluate("location.hash = '#segment-99999'")
    await expect(segment(page, 4_000)).to_be_in_viewport(ratio=1)


@WIDTHS
async def test_scrolling_up_from_a_link_brings_earlier_segments_without_a_jump(
    page: Page, address: str, width: int
) -> None:
    await set_width(page, width)
    await page.goto(f"{address}#segment-4000")
    await expect(segment(page, 4_000)).to_be_in_viewport()
    await segment(page, 3_905).scroll_into_view_if_needed()
    before = await segment(page, 3_905).evaluate(TOP)

    await expect(segment(page, 3_500)).to_be_attached()

    assert abs(await segment(page, 3_905).evaluate(TOP) - before) < 2
    assert await numbers(page) == list(range((await numbers(page))[0], (await numbers(page))[-1] + 1))


async def test_scrolling_down_brings_the_rest_in_order_and_runs_stay_whole(page: Page, address: str) -> None:
    await page.goto(f"{address}?page=2")
    await segment(page, 4_000).scroll_into_view_if_needed()
    await expect(segment(page, 4_001)).to_be_attached()
    await segment(page, (await numbers(page))[-1]).scroll_into_view_if_needed()
    await expect(segment(page, TOTAL)).to_be_attached()

    assert await numbers(page) == list(range(2_001, TOTAL + 1))
    headings = await page.locator(".run__speaker bdi").all_inner_texts()
    assert headings == ["Ana", "Omar", "Ana", "Omar", "Ana"]
    assert await part(page) == "Segments 2,001–4,500 of 4,500"
    await expect(segment(page, TOTAL).locator("[data-play]")).to_be_visible()


async def test_a_page_that_opens_at_its_start_does_not_move(page: Page, address: str) -> None:
    await page.goto(f"{address}?page=2")
    await expect(segment(page, 2_001)).to_be_in_viewport()

    await expect(page.locator("[data-piece-busy]")).to_be_hidden()
    assert (await numbers(page))[0] == 2_001
    assert await page.evaluate("scrollY") == 0


@WIDTHS
async def test_what_plays_is_fetched_and_stays_in_view(page: Page, address: str, width: int) -> None:
    await set_width(page, width)
    await page.goto(address)
    await segment(page, 1).locator("[data-play]").click()
    await expect(page.locator("[aria-current=true]")).to_have_count(1)

    await page.evaluate("document.querySelector('[data-audio]').currentTime = 420.02")

    await expect(page.locator("[aria-current=true]")).to_be_in_viewport()
    assert 4_200 < int(str(await page.locator("[aria-current=true]").get_attribute("id")).split("-")[1]) < TOTAL
    await expect(page.get_by_role("button", name="Follow")).to_be_hidden()


async def test_who_scrolls_away_is_brought_back_to_what_plays_only_by_asking(page: Page, address: str) -> None:
    await page.goto(address)
    await segment(page, 1).locator("[data-play]").click()
    await expect(page.locator("[aria-current=true]")).to_have_count(1)
    await page.mouse.move(500, 500)
    await page.mouse.wheel(0, 3_000)
    follow = page.get_by_role("button", name="Follow")
    await expect(follow).to_be_visible()
    top = await page.evaluate("scrollY")

    await page.evaluate("document.querySelector('[data-audio]').currentTime = 420.02")
    await expect(page.locator("[aria-current=true]")).to_have_count(0)
    await expect(follow).to_be_visible()
    assert await page.evaluate("scrollY") == top
    await follow.click()

    await expect(page.locator("[aria-current=true]")).to_be_in_viewport()
    await expect(follow).to_be_hidden()


async def test_arrows_home_and_end_move_over_the_borders(page: Page, address: str) -> None:
    await page.goto(f"{address}#segment-1")
    await segment(page, 1).focus()

    await page.keyboard.press("End")
    await expect(segment(page, TOTAL)).to_be_focused()
    await expect(segment(page, TOTAL)).to_be_in_viewport()
    first = (await numbers(page))[0]
    await segment(page, first).focus()
    await page.keyboard.press("ArrowUp")
    await expect(segment(page, first - 1)).to_be_focused()
    await page.keyboard.press("Home")
    await expect(segment(page, 1)).to_be_focused()
    last = (await numbers(page))[-1]
    await segment(page, last).focus()
    await page.keyboard.press("ArrowDown")
    await expect(segment(page, last + 1)).to_be_focused()
    assert await page.locator("[data-segments] [tabindex='0']").count() == 1


async def test_the_place_is_kept_while_the_reader_is_elsewhere(page: Page, site: SiteProcess, address: str) -> None:
    await page.goto(f"{address}#segment-3000")
    await expect(segment(page, 3_000)).to_be_in_viewport()
    await segment(page, 3_200).evaluate("segment => segment.scrollIntoView()")
    top = await segment(page, 3_200).evaluate(TOP)

    await page.goto(f"{site.url}/recordings/")
    await page.go_back()

    await expect(segment(page, 3_200)).to_be_in_viewport()
    assert abs(await segment(page, 3_200).evaluate(TOP) - top) < 2
    await page.reload()
    await expect(segment(page, 3_200)).to_be_in_viewport()


@WIDTHS
async def test_a_part_that_does_not_come_can_be_asked_for_again(page: Page, address: str, width: int) -> None:
    async def cut(route: Route) -> None:
        await route.abort()

    await set_width(page, width)
    await page.goto(f"{address}?page=3")
    await page.route("**/segments/**", cut)

    await page.evaluate("location.hash = '#segment-10'")
    failure = page.get_by_role("alert").filter(has_text="could not be loaded")
    await expect(failure).to_be_in_viewport(ratio=1)
    assert (await numbers(page))[0] == 4_001
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    await page.unroute_all()
    await failure.get_by_role("button", name="Try again").click()

    await expect(segment(page, 10)).to_be_in_viewport()
    await expect(failure).to_be_hidden()


@pytest.mark.parametrize("mode", ["script", "no script"])
async def test_what_is_found_leads_to_its_place(browser: Browser, site: SiteProcess, address: str, mode: str) -> None:
    context = await browser.new_context(java_script_enabled=mode == "script", viewport={"width": 390, "height": 800})
    page = await context.new_page()
    await sign_in(page, site, "demo")
    await page.goto(address)
    await page.get_by_label("Find words in this recording").fill("heron")
    await page.get_by_role("button", name="Find").click()
    await expect(page.locator("[data-found]")).to_contain_text("2 places")

    await segment(page, 4_321).get_by_role("link").click()

    await expect(segment(page, 4_321)).to_be_in_viewport()
    await expect(page.locator(".segment:target")).to_have_id("segment-4321")
    await expect(segment(page, 4_320)).to_be_attached()
    await expect(page.get_by_label("Find words in this recording")).to_have_value("")
    await context.close()


async def test_without_a_script_there_are_numbered_pages_and_the_whole_text(
    browser: Browser, site: SiteProcess, address: str
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, site, "demo")
    await page.goto(address)
    await expect(page.locator("[data-segment]")).to_have_count(2_000)

    await page.get_by_role("link", name="Page 3").last.click()
    await expect(page.locator("[data-segment]").first).to_have_id("segment-4001")
    await page.get_by_role("link", name="Whole text").click()
    await expect(page.locator("main p[id]")).to_have_count(TOTAL)
    await context.close()


async def test_what_is_printed_says_which_part_it_is(page: Page, address: str) -> None:
    await page.goto(f"{address}?page=2")
    await page.emulate_media(media="print")

    await expect(page.locator("[data-part]")).to_be_visible()
    for hidden in ("[data-earlier]", "[data-later]", ".transcript__part a", ".player"):
        await expect(page.locator(hidden)).to_be_hidden()
    assert await part(page) == "Segments 2,001–4,000 of 4,500"


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
async def test_its_pages_are_accessible(page: Page, address: str, scheme: str, width: int) -> None:
    await set_width(page, width)
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in ("?page=3", "text/"):
        await page.goto(address + path)
        await page.evaluate(SHORTEN)
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") == width
