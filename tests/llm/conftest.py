"""The clients of chat models whose packages are installed, and the endpoint that they ask."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pytest_django import Settings

from chat.answers import rag
from chat.database import in_database
from chat.llm import chat_model
from chat.llm.retrying import RetryingModel
from chat.models import LoginSession
from chat.turns.owner import Owner
from chat.turns.runner import TurnRunner
from chat.upkeep import demo

from ..support.clients import KEY, clients
from ..support.upstream import Upstream


@pytest_asyncio.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest_asyncio.fixture
async def connections(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Whatever the libraries open is closed at the end; on a site they live as long as the process."""
    made = []
    kind = import_module("httpx" if find_spec("httpx") else "httpx2").AsyncClient
    make = kind.__init__

    def noted(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        made.append(self)

    monkeypatch.setattr(kind, "__init__", noted)
    yield
    await asyncio.gather(*(client.aclose() for client in made))


@pytest_asyncio.fixture(params=clients())
async def model(
    request: pytest.FixtureRequest, connections: None, upstream: Upstream, settings: Settings
) -> AsyncIterator[RetryingModel]:
    """The site's chat model: one of the clients, asking ``upstream``."""
    settings.CHAT_MODEL = f"{request.param}:fake"
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = f"{upstream.url}/v1", KEY
    settings.DATABRICKS_HOST, settings.DATABRICKS_TOKEN = upstream.url, KEY
    chat_model.cache_clear()
    yield await asyncio.to_thread(load)  # as on a site: it asks the workspace, and so may not block its loop
    chat_model.cache_clear()


@pytest_asyncio.fixture
async def runner(tmp_path: Path, login: LoginSession) -> AsyncIterator[TurnRunner]:
    """Drives the turns of a site with the demo."""
    await in_database(demo.load)
    runner = TurnRunner(answer=rag.answer, owner=Owner(tmp_path))
    await runner.start()
    yield runner
    await runner.drain(0)


def load() -> RetryingModel:
    """The chat model of the settings."""
    with warnings.catch_warnings(action="ignore"):  # what the libraries say of each other while they are imported
        return chat_model()
