"""A site of its own that finds by meaning, with nothing but its environment to tell it so."""

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


async def test_a_site_finds_by_meaning_and_without_its_endpoint_by_words(
    start_site: Callable[..., SiteProcess], workspace: Workspace
) -> None:
    settings = {"EMBEDDINGS": "openai:fake", "EMBEDDINGS_BASE_URL": f"{workspace.url}/v1", "EMBEDDINGS_API_KEY": TOKEN}
    site = await asyncio.to_thread(start_site, **settings, LOG_LEVEL="DEBUG")
    told = site.output
    indexed = await asyncio.to_thread(site.manage, "index_recordings")
    workspace.asked.clear()

    async with Reader(site) as reader:
        found = await reader.until_end((await reader.ask(QUESTION))["turn"])
        workspace.plan = [500]
        alone = await reader.until_end((await reader.ask(QUESTION))["turn"])

    ready = json.loads(await asyncio.to_thread(lambda: urlopen(f"{site.url}/readyz").read()))  # noqa: S310  # our own
    assert "have no vector of openai:fake yet" in told
    assert "passages embedded by openai:fake" in indexed
    assert workspace.embedded == [QUESTION, QUESTION]
    assert {asked.key for asked in workspace.asked} == {TOKEN}
    assert (found["state"], alone["state"], ready["retrieval"]) == ("complete", "complete", "ok")
    assert "sources" in found["html"]
    assert "The embedding endpoint did not answer (InternalServerError, status 500)" in site.output
    assert TOKEN not in site.output + json.dumps([found, alone])
    assert PROVIDER_TEXT not in site.output + json.dumps([found, alone])
