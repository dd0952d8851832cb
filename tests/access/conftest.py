from __future__ import annotations

import pytest

from chat.turns.runner import TurnRunner

from ..support.application import drive_by


@pytest.fixture
def runner(runner: TurnRunner, monkeypatch: pytest.MonkeyPatch) -> TurnRunner:
    """The application's runner."""
    return drive_by(runner, monkeypatch)
