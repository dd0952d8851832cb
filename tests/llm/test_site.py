"""A site process that calls an endpoint because of its environment alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from urllib.request import urlopen

import pytest

from ..support.clients import KEY, clients, environ
from ..support.reader import Reader
from ..support.site_process import SiteProcess
from ..support.upstream import Upstream
from ..support.upstream_script import PROVIDER_TEXT

pytestmark = [pytest.mark.process, pytest.mark.any_database]

QUESTION = "When does the Heron launch?"


@pytest.mark.parametrize("kind", clients())
async def test_a_site_answers_stops_and_fails_as_its_model_does(
    start_site: Callable[..., SiteProcess], upstream: Upstream, kind: str
) -> None:
    site = await asyncio.to_thread(start_site, LOG_LEVEL="DEBUG", **environ(kind, upstream))
    upstream.scripts = ['say "On 28 April [1]."; finish; done', "tokens 9 100; stall", "status 401"]

    async with Reader(site) as reader:
        answered = (await reader.ask(QUESTION))["turn"]  # however long the model takes to load
        done = await reader.until_end(answered)
        stopped = (await reader.ask(QUESTION))["turn"]
        await reader.until_words(stopped, 3)
        await reader.send(type="stop", turn=stopped, seen=reader.seq[stopped])
        await reader.until_end(stopped)
        failed = await reader.until_end((await reader.ask(QUESTION))["turn"])

    ready = json.loads(await asyncio.to_thread(lambda: urlopen(f"{site.url}/readyz").read()))  # noqa: S310  # our own
    assert (done["state"], reader.text[answered], ready["model"]) == ("complete", "On 28 April [1].", "ok")
    assert "sources" in done["html"]
    assert upstream.calls[1].closed_at is not None
    assert (failed["code"], failed["retryable"]) == ("MODEL_DENIED", False)
    assert KEY not in site.output + json.dumps(failed)
    assert PROVIDER_TEXT not in json.dumps(failed)
