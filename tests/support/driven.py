"""A runner of a test's own with scripted answers, as fixtures to import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from chat.models import LoginSession
from chat.turns.owner import Owner
from chat.turns.runner import TurnRunner

from .scripts import Scripts


@pytest_asyncio.fixture
async def scripts() -> Scripts:
    return Scripts()


@pytest_asyncio.fixture
async def runner(scripts: Scripts, tmp_path: Path, login: LoginSession) -> AsyncIterator[TurnRunner]:
    runner = TurnRunner(answer=scripts, owner=Owner(tmp_path))
    await runner.start()
    yield runner
    await runner.drain(0)
