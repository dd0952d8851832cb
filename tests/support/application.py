"""The application in this process, driven by a runner of the test's own."""

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
    """Let this runner drive what the application is asked, in place of the process's own."""
    for module in (api_chat, asking, commands, consumer, life, stream, watch):
        monkeypatch.setattr(module, "runner", runner)
    access._allowances.clear()
    return runner
