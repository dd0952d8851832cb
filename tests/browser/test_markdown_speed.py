"""The speed of the live Markdown view in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from .fake_site import FakeSite
from .live import open_page

pytestmark = pytest.mark.browser

ANSWER = """The team chose **a small remote** with `two` buttons [1][2]; see [the minutes](https://e.org/minutes).

## What follows

1. The case is rubber, *not* wood, and costs ~~25~~ 12.50 euro [3].
2. The chip stays as it is:
   - simple where it can be,
   - regular for the wheel [4].

> We cannot afford the display, said Anna, and nobody disagreed.

"""
MEASURE = """async ([answer, tokens]) => {
  const { Markdown } = await import("/static/chat/js/markdown/markdown.js");
  const { MarkdownView } = await import("/static/chat/js/markdown/markdown_view.js");
  const pieces = answer.repeat(200).match(/[^]{1,5}/gu).slice(0, tokens);
  const run = () => {
    const root = document.body.appendChild(document.createElement("div"));
    const markdown = new Markdown(new MarkdownView(root));
    const begin = performance.now();
    for (const piece of pieces) markdown.write(piece);
    const time = performance.now() - begin;
    root.remove();
    return time;
  };
  return Array.from({length: 9}, run);
}"""


async def test_an_answer_of_1394_tokens_is_rendered_in_milliseconds(fake: FakeSite, page: Page) -> None:
    await open_page(fake, page)

    times = await page.evaluate(MEASURE, [ANSWER, 1_394])
    long_times = await page.evaluate(MEASURE, [ANSWER, 13_940])

    first, median, long_median = times[0], sorted(times)[4], sorted(long_times)[4]
    print(f"1,394 tokens: first {first:.1f} ms, then {median:.1f} ms; 13,940: {long_median:.1f} ms")  # noqa: T201
    assert median < 200  # about 5 ms; a busy machine must not fail the test
    assert long_median < 30 * max(median, 1)
