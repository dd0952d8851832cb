"""A site of its own that searches by meaning, as configured by its environment alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from urllib.request import urlopen

import pytest

from ..support.reader import Reader
from ..support.site_process import SiteProcess
from ..support.workspace import PROVIDER_TEXT, TOKEN, Workspace

pytestmark = [pytest.mark.process, pytest.mark.any_database]

QUESTION = "When will Heron ship?"


async def test_a_site_searches_by_meaning_and_without_its_endpoint_by_words(
    start_site: Callable[..., SiteProcess], workspace: Workspace
) -> None:
    settings = {"EMBEDDINGS": "openai:fake", "EMBEDDINGS_BASE_URL": f"{workspace.url}/v1", "EMBEDDINGS_API_KEY": TOKEN}
    site = await asyncio.to_thread(start_site, **settings, LOG_LEVEL="DEBUG")
    output_at_start = site.output
    indexed = await asyncio.to_thread(site.manage, "index_recordings")
    workspace.asked.clear()

    async with Reader(site) as reader:
        by_meaning = await reader.until_end((await reader.ask(QUESTION))["turn"])
        workspace.plan = [500]
        by_words = await reader.until_end((await reader.ask(QUESTION))["turn"])

    ready = json.loads(await asyncio.to_thread(lambda: urlopen(f"{site.url}/readyz").read()))  # noqa: S310  # our own
    assert "have no vector of openai:fake yet" in output_at_start
    assert "passages embedded by openai:fake" in indexed
    assert workspace.embedded == [QUESTION, QUESTION]
    assert {asked.key for asked in workspace.asked} == {TOKEN}
    assert (by_meaning["state"], by_words["state"], ready["retrieval"]) == ("complete", "complete", "ok")
    assert "sources" in by_meaning["html"]
    assert "The embedding endpoint failed (InternalServerError, status 500)" in site.output
    assert TOKEN not in site.output + json.dumps([by_meaning, by_words])
    assert PROVIDER_TEXT not in site.output + json.dumps([by_meaning, by_words])
