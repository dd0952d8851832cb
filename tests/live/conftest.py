from __future__ import annotations

import pytest

from chat.turns.runner import TurnRunner

from ..support.application import connect, runner, scripts, session

__all__ = ["connect", "runner", "scripts", "session"]


@pytest.fixture(autouse=True)
def running(runner: TurnRunner) -> None:
    """Every test here needs it."""
