"""The application in this process, whose answers come from scripts, and clients that are signed in: fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from django.contrib.auth.models import User

from chat.api import access
from chat.api import chat as chat_module
from chat.live import commands as commands_module
from chat.live import consumer as socket_module
from chat.live import socket_watch as watch_module
from chat.live import stream as stream_module
from chat.models import LoginSession
from chat.serving import life
from chat.turns import asking
from chat.turns.owner import Owner
from chat.turns.runner import TurnRunner
from chatsite import asgi

from .scripts import Scripts
from .sockets import Client, Open, sign_in


@pytest_asyncio.fixture
async def scripts() -> Scripts:
    return Scripts()


@pytest_asyncio.fixture
async def runner(
    scripts: Scripts, tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TurnRunner]:
    """The application's runner, answering from scripts."""
    runner = TurnRunner(answer=scripts, owner=Owner(tmp_path))
    for module in (asking, chat_module, commands_module, life, watch_module, socket_module, stream_module):
        monkeypatch.setattr(module, "runner", runner)
    access._allowances.clear()
    await runner.start()
    yield runner
    await runner.drain(0)


@pytest_asyncio.fixture
async def connect(runner: TurnRunner) -> AsyncIterator[Open]:
    """Open a socket for a Django session (None: not signed in)."""
    clients: list[Client] = []

    async def connect(session_key: str | None) -> Client:
        clients.append(Client(asgi.application, session_key))
        assert await clients[-1].open()
        return clients[-1]

    yield connect
    for client in clients:
        await client.close()


@pytest.fixture
def session(alice: User, login: LoginSession) -> str:
    return sign_in(alice, login)
