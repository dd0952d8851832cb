"""A browser and a site whose every word the test chooses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from .fake_site import FakeSite


@pytest.fixture
async def fake() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        yield site


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": 1000, "height": 700})
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page that must not report a single error, violated policies included."""
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" and _is_ours(line.text) else None)
    yield page
    assert errors == []


def _is_ours(text: str) -> bool:
    """Whether a line of the console is about our script; that a server could not be reached is what is tested."""
    return not re.search("WebSocket connection|Failed to load resource", text)
