"""A newcomer adds recordings in a real browser, and loses the network and the page meanwhile."""

from __future__ import annotations

import re
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from ..support.accessibility import violations
from ..support.processes import ROOT
from ..support.site_process import SiteProcess
from .coming import DESK, PHONE, fill_in_first_run, first_run_link

pytestmark = pytest.mark.browser

DEMO = ROOT / "chat/upkeep/demo"
PIECE = 8 * 1024 * 1024


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page whose script must not fail, nor break the content security policy."""
    context = await browser.new_context(viewport=DESK)
    page, errors = await context.new_page(), []
    page.on("console", lambda line: errors.append(line.text) if re.search("polic|Trusted", line.text) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    assert errors == []


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A transcript and an audio of more than one piece, of the same name, and a transcript alone; and a picture."""
    planning, call = sorted(DEMO.glob("*.vtt"))[:2]
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "Harbour planning.vtt").write_text(planning.read_text().replace("Heron", "Harbour"))
    (folder / "Call of May.vtt").write_text(call.read_text().replace("Heron", "Harbour"))
    (folder / "cover.png").write_bytes(b"\x89PNG")
    with wave.open(str(folder / "Harbour planning.wav"), "wb") as audio:
        audio.setnchannels(2)
        audio.setsampwidth(2)
        audio.setframerate(48_000)
        audio.writeframes(bytes(PIECE + 400_000))
    return sorted(folder.iterdir())


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("list").get_by_role("listitem").filter(has_text=title)


async def add(page: Page, files: list[Path]) -> None:
    """Choose files on the page of recordings, and send them with the keyboard."""
    await page.get_by_role("link", name="Add recordings").press("Enter")
    await page.locator("[data-files]").set_input_files(files)
    await expect(row(page, "cover.png")).to_contain_text("neither a transcript nor audio or video")
    await expect(row(page, "Harbour planning")).to_contain_text("Transcript (.vtt) and audio (.wav)", ignore_case=True)
    assert await violations(page) == []
    await page.get_by_role("button", name="Remove cover.png").press("Enter")
    await expect(page.get_by_role("button", name="Remove Harbour planning.vtt")).to_be_focused()
    await page.get_by_text("Consent note (optional)").press("Enter")
    await page.get_by_label("Who was told").fill("Everybody")
    await page.get_by_role("button", name="Add 2 recordings").press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="on which day")).to_be_visible()
    await page.get_by_label("When they were told").fill("2026-03-04")
    await page.get_by_role("button", name="Add 2 recordings").press("Enter")
    await expect(page.get_by_role("heading", name="On their way")).to_be_focused()


async def looks_right(page: Page) -> None:
    """Assert that the page is accessible at a desk and on a phone, in the light and in the dark."""
    assert await violations(page) == []
    await page.set_viewport_size(PHONE)
    await page.emulate_media(color_scheme="dark")
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await page.set_viewport_size(DESK)
    await page.emulate_media(color_scheme="light")


async def test_files_are_sent_over_a_lost_network_and_a_reload(
    start_site: Callable[..., SiteProcess], page: Page, files: list[Path]
) -> None:
    site, dialogs = start_site(), []

    async def lose(route: Route) -> None:
        await route.abort()

    await page.goto(first_run_link(site))
    await fill_in_first_run(page)
    await page.get_by_role("link", name="Recordings", exact=True).press("Enter")
    await page.route(re.compile(rf"/recordings/upload/[^/]+/{PIECE}$"), lose)
    await add(page, files)
    await expect(row(page, "Harbour planning")).to_contain_text("The network is away")
    await expect(row(page, "Call of May")).to_contain_text("It has arrived.")
    await looks_right(page)

    page.on("dialog", lambda dialog: dialogs.append(dialog.type))
    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await page.unroute_all()
    await expect(row(page, "Harbour planning")).to_contain_text("95 % of it has arrived")
    await looks_right(page)
    puts: list[str] = []
    page.on("request", lambda request: puts.append(request.url) if request.method == "PUT" else None)
    await page.locator("[data-files]").set_input_files([file for file in files if file.stem == "Harbour planning"])
    await expect(row(page, "Harbour planning")).to_contain_text("It has arrived.")

    assert [url.rpartition("/")[2] for url in puts] == [str(PIECE)]
    assert dialogs == ["beforeunload"]
