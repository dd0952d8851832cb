"""What a server gives to an application of a request's body."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

Receive = Callable[[], Any]


def receiving(*messages: dict[str, Any]) -> Receive:
    """Receive these messages, and then nothing more."""
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return receive


def pieces(*parts: bytes) -> list[dict[str, Any]]:
    last = len(parts) - 1
    return [{"type": "http.request", "body": part, "more_body": at < last} for at, part in enumerate(parts)]
