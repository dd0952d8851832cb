"""A newcomer adds recordings in a real browser, loses the network and the page, and asks what was said."""

from __future__ import annotations

import re
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from ..support.accessibility import violations
from ..support.processes import ROOT
from ..support.signing_in import sign_in
from ..support.site_process import SiteProcess
from .coming import DESK, PHONE, fill_in_first_run, first_run_link

pytestmark = pytest.mark.browser

DEMO = ROOT / "chat/upkeep/demo"
PIECE = 8 * 1024 * 1024
SECOND_PIECE = re.compile(rf"/recordings/upload/[^/]+/{PIECE}$")
READY = 60_000


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
    await script_runs(page)
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


async def script_runs(page: Page) -> None:
    await expect(page.get_by_role("button", name="Choose files")).to_be_enabled(timeout=READY)


async def looks_right(page: Page) -> None:
    """Assert that the page is accessible at a desk and on a phone, in the light and in the dark."""
    assert await violations(page) == []
    await page.set_viewport_size(PHONE)
    await page.emulate_media(color_scheme="dark")
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await page.set_viewport_size(DESK)
    await page.emulate_media(color_scheme="light")


async def test_files_are_dropped_become_ready_and_are_asked_about(
    start_site: Callable[..., SiteProcess], page: Page, files: list[Path]
) -> None:
    site = start_site()
    dialogs: list[str] = []
    puts: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.type))
    page.on("dialog", lambda dialog: dialog.accept())
    page.on("request", lambda request: puts.append(request.url) if request.method == "PUT" else None)
    await page.goto(first_run_link(site))
    await fill_in_first_run(page)
    await page.get_by_role("link", name="Recordings", exact=True).press("Enter")
    await page.route(SECOND_PIECE, lambda route: route.abort())
    await add(page, files)
    await expect(row(page, "Harbour planning")).to_contain_text("The network is away", timeout=READY)
    await expect(row(page, "Call of May").get_by_role("link", name="Open")).to_be_visible(timeout=READY)
    await looks_right(page)

    await page.reload()
    await page.unroute_all()
    await expect(row(page, "Harbour planning")).to_contain_text("95 % of it has arrived", timeout=READY)
    await looks_right(page)
    puts.clear()
    await page.locator("[data-files]").set_input_files([file for file in files if file.stem == "Harbour planning"])
    await row(page, "Harbour planning").get_by_role("link", name="Ask about it").press("Enter", timeout=READY)

    assert [url.rpartition("/")[2] for url in puts] == [str(PIECE)]
    assert dialogs == ["beforeunload"]
    await page.locator("[data-question-input]").fill("What was decided about the Harbour?")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-sources]")).to_contain_text("Harbour planning", timeout=READY)


async def drop(page: Page, name: str) -> None:
    """Drop a file on the page."""
    dropped = "name => { const all = new DataTransfer(); all.items.add(new File(['WEBVTT'], name)); return all; }"
    transfer = await page.evaluate_handle(dropped, name)
    for event in ("dragenter", "dragover", "drop"):
        await page.dispatch_event("main", event, {"dataTransfer": transfer})


KEPT = """async (size) => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle("Kept talk.wav", {create: true});
    const writer = await handle.createWritable();
    await writer.write(new TextEncoder().encode("RIFF0000WAVE"));
    await writer.write(new Uint8Array(size));
    await writer.close();
    window.showOpenFilePicker = async () => [handle];
}"""
"""Let the picker of files choose one of the browser's own: Playwright cannot press its buttons."""


async def test_a_browser_that_keeps_its_files_goes_on_by_itself(site: SiteProcess, page: Page) -> None:
    site.manage("createsuperuser", "--noinput", "--username", "sam", "--email", "sam@example.com")
    await sign_in(page, site, "sam")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.route(SECOND_PIECE, lambda route: route.abort())
    await page.goto(f"{site.url}/recordings/upload/")
    await script_runs(page)
    await drop(page, "Dropped.vtt")
    await page.get_by_role("button", name="Remove Dropped.vtt").press("Enter")
    await expect(page.get_by_role("button", name="Choose files")).to_be_focused()
    await page.evaluate(KEPT, PIECE)
    await page.get_by_role("button", name="Choose files").press("Enter")
    await page.get_by_role("button", name="Add 1 recording").press("Enter")
    await expect(row(page, "Kept talk")).to_contain_text("The network is away", timeout=READY)

    await page.reload()

    await expect(row(page, "Kept talk")).to_contain_text("The network is away", timeout=READY)
    await row(page, "Kept talk").get_by_role("button", name="Cancel").press("Enter")
    await expect(row(page, "Kept talk")).to_have_count(0)
    await expect(page.get_by_role("button", name="Choose files")).to_be_focused()
