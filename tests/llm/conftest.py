"""Fixtures: each installed client of a chat model, and the endpoint that it calls."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from pytest_django import Settings

from chat.answers import rag
from chat.database import in_database
from chat.llm import chat_model
from chat.llm.retrying import RetryingModel
from chat.models import LoginSession, Submission, Turn
from chat.turns.owner import Owner
from chat.turns.runner import TurnRunner
from chat.upkeep import demo

from ..support.clients import KEY, clients
from ..support.turns import QUESTION
from ..support.upstream import Upstream


@pytest_asyncio.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest_asyncio.fixture
async def connections(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Close the libraries' clients after the test; on a site they live as long as the process."""
    opened = []
    client_class = import_module("httpx" if find_spec("httpx") else "httpx2").AsyncClient
    original_init = client_class.__init__

    def recording_init(self: Any, *args: Any, **kwargs: Any) -> None:
        original_init(self, *args, **kwargs)
        opened.append(self)

    monkeypatch.setattr(client_class, "__init__", recording_init)
    yield
    await asyncio.gather(*(client.aclose() for client in opened))


def readers() -> list[str]:
    """Return the installed clients; those of the OpenAI SDK with each of their HTTP clients."""
    library = [f"{kind} library" for kind in clients() if kind in ("openai", "databricks")]
    return clients() + library


@pytest_asyncio.fixture(params=readers())
async def model(
    request: pytest.FixtureRequest, connections: None, upstream: Upstream, settings: Settings
) -> AsyncIterator[RetryingModel]:
    """The site's chat model: one of the clients, which calls ``upstream``."""
    kind, _, reader = request.param.partition(" ")
    settings.CHAT_MODEL = f"{kind}:fake"
    settings.CHAT_READER = reader or "aiohttp"
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = f"{upstream.url}/v1", KEY
    settings.DATABRICKS_HOST, settings.DATABRICKS_TOKEN = upstream.url, KEY
    chat_model.cache_clear()
    yield await asyncio.to_thread(load)  # in a thread, as on a site: it calls the workspace
    chat_model.cache_clear()


@pytest_asyncio.fixture
async def runner(tmp_path: Path, login: LoginSession) -> AsyncIterator[TurnRunner]:
    """The runner of a site with the demo recordings."""
    await in_database(demo.load)
    runner = TurnRunner(answer=rag.answer, owner=Owner(tmp_path))
    await runner.start()
    yield runner
    await runner.drain(0)


@pytest_asyncio.fixture
async def turn(runner: TurnRunner, login: LoginSession) -> Turn:
    """A question that the runner does not claim before it is woken."""
    return await in_database(Turn.objects.submit, login, Submission(request_id=uuid4(), question=QUESTION))


def load() -> RetryingModel:
    """Return the chat model of the settings."""
    with warnings.catch_warnings(action="ignore"):  # the libraries warn about each other when they are imported
        return chat_model()
