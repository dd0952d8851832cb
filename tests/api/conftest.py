from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from django.contrib.auth.models import User

from chat.models import ApiToken
from chat.turns.runner import TurnRunner

from ..support.application import drive_by
from .client import Program


@pytest_asyncio.fixture
async def runner(runner: TurnRunner, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TurnRunner]:
    """The application's runner; no request is open when a test has ended."""
    yield drive_by(runner, monkeypatch)
    while Program.answers:
        await Program.answers.pop().leave()


@pytest.fixture
def secret(alice: User) -> str:
    """An API token of alice."""
    return ApiToken.issue(alice, "reports")[1]


@pytest.fixture
def program(secret: str, runner: TurnRunner) -> Program:
    """A program of alice that has a token."""
    return Program(secret)
