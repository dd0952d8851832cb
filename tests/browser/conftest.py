"""Fixtures: a browser, and a fake site that the test controls."""

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
    """A page that must not report any error, including a violated content security policy."""
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" and _is_ours(line.text) else None)
    yield page
    assert errors == []


def _is_ours(text: str) -> bool:
    """Return whether a console message is about our script. The tests cause failed connections on purpose."""
    return not re.search("WebSocket connection|Failed to load resource", text)
