"""Copying an answer with its sources, or a block of code of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from .fake_pages import turn_html
from .fake_site import FakeSite
from .live import TURN, open_page, turn_element

pytestmark = pytest.mark.browser

TEXT = """Take **green** [2].

3. First
4. Second [1]

- Point

| Item | Price |
|---|---|
| Heron | 480 |

```python
print("a < b")
```
"""
READ = """async () => {
    const [item] = await navigator.clipboard.read();
    const read = async (type) => (await item.getType(type)).text();
    return {plain: await read("text/plain"), html: await read("text/html")};
}"""
PLAIN_HTTP = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
CATCH = """() => window.addEventListener("copy", (event) => {
    window.copied = {plain: event.clipboardData.getData("text/plain"), html: event.clipboardData.getData("text/html")};
})"""


@pytest.fixture
async def page(context: BrowserContext, page: Page) -> Page:
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


async def open_answer(fake: FakeSite, page: Page) -> None:
    await open_page(fake, page, turn_html(TURN, "complete", text=TEXT, seq=1, sources=2, model="heron-7b"))


def check(copied: Any, url: str) -> None:
    lines = [line for line in copied["plain"].splitlines() if line]
    assert lines[:4] == ["Take green [2].", "3. First", "4. Second [1]", "• Point"]
    assert "Heron\t480" in lines
    assert lines[-1] == "Written by an AI (heron-7b)."
    assert lines[-2] == "[2] Kick-off, Anna 1:01–1:05: “We take the green one, part 2.”"
    html = copied["html"]
    assert f'<a href="{url}/recordings/5/#segment-2">[2]</a>' in html
    assert '<ol start="3">' in html
    assert '<table border="1" cellpadding="6" cellspacing="0">' in html
    assert "<td>480</td>" in html
    assert f'[2] <a href="{url}/recordings/5/#segment-2">Kick-off</a>, Anna 1:01–1:05: “We take the green' in html
    assert html.removesuffix("</div>").endswith("<p>Written by an AI (heron-7b).</p>")
    assert 'print("a &lt; b")' in html
    assert not [word for word in ("class=", "style=", "<button", "aria-") if word in html]


async def test_a_copied_answer_is_text_and_html_with_absolute_links(fake: FakeSite, page: Page) -> None:
    await open_answer(fake, page)
    before = await turn_element(page).inner_html()

    await turn_element(page).get_by_role("button", name="Copy", exact=True).click()
    await expect(turn_element(page).get_by_role("button", name="Copied")).to_be_visible()

    check(await page.evaluate(READ), fake.url)
    await expect(page.locator("[data-announcer]")).to_have_text("Copied")
    await expect(turn_element(page).get_by_role("button", name="Copy", exact=True)).to_be_visible()
    assert await turn_element(page).inner_html() == before


async def test_over_plain_http_an_answer_is_copied_through_a_selection(fake: FakeSite, page: Page) -> None:
    await page.add_init_script(PLAIN_HTTP)
    await open_answer(fake, page)
    await page.evaluate(CATCH)

    await turn_element(page).get_by_role("button", name="Copy", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(turn_element(page).get_by_role("button", name="Copied")).to_be_visible()

    await expect(turn_element(page).get_by_role("button", name="Copied")).to_be_focused()
    check(await page.evaluate("window.copied"), fake.url)


async def test_a_block_of_code_is_copied_alone(fake: FakeSite, page: Page) -> None:
    await open_answer(fake, page)

    await turn_element(page).get_by_role("button", name="Copy code").click()
    await expect(page.locator("[data-announcer]")).to_have_text("Copied")

    assert await page.evaluate("navigator.clipboard.readText()") == 'print("a < b")'


PASTED = """mail => ({
    rows: [...mail.querySelectorAll("table tr")].map((row) => [...row.cells].map((cell) => cell.innerText.trim())),
    items: [...mail.querySelectorAll("li")].map((item) => item.innerText.trim()),
    start: mail.querySelector("ol").start,
    strong: mail.querySelector("strong, b, [style*=bold]")?.innerText,
    links: [...mail.querySelectorAll("a")].map((link) => [link.innerText, link.getAttribute("href")]),
})"""


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_table_lists_and_links_survive_in_a_mail(
    fake: FakeSite, page: Page, context: BrowserContext, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    await open_answer(fake, page)
    await turn_element(page).get_by_role("button", name="Copy", exact=True).click()
    await expect(page.locator("[data-announcer]")).to_have_text("Copied")

    program = await context.new_page()
    await program.set_content("<div contenteditable>Dear all, </div>")
    mail = program.locator("[contenteditable]")
    await mail.click()
    await program.keyboard.press("Control+v")

    pasted = await mail.evaluate(PASTED)
    assert pasted["rows"] == [["Item", "Price"], ["Heron", "480"]]
    assert pasted["items"] == ["First", "Second [1]", "Point"]
    assert pasted["start"] == 3
    assert pasted["strong"] == "green"
    place = f"{fake.url}/recordings/5/#segment-"
    assert pasted["links"][:2] == [["[2]", f"{place}2"], ["[1]", f"{place}1"]]
