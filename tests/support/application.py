"""The application in this process, with the test's own runner."""

from __future__ import annotations

import pytest

from chat.api import access
from chat.api import chat as api_chat
from chat.live import commands, consumer, stream
from chat.live import socket_watch as watch
from chat.serving import life
from chat.turns import asking
from chat.turns.runner import TurnRunner


def drive_by(runner: TurnRunner, monkeypatch: pytest.MonkeyPatch) -> TurnRunner:
    """Replace the process's runner in the whole application, and return the new one."""
    for module in (api_chat, asking, commands, consumer, life, stream, watch):
        monkeypatch.setattr(module, "runner", runner)
    access._allowances.clear()
    return runner
