"""Accessibility as axe-core sees it."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page


async def violations(page: Page, part: str | None = None) -> list[str]:
    """Return a line for each element of the page, or of what this selector names, that breaks a rule."""
    found = (await Axe().run(page, context=part)).response["violations"]
    return [f"{page.url} {rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
