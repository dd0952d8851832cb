"""The questions of a tab that the site has not accepted yet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

ASK_AGAIN = 10.0


class Refused(Exception):
    """The site refused a question; the message is the code."""


@dataclass
class Ask:
    """A command that asks, the turn that it will get, and when it was sent last on this connection."""

    command: dict[str, Any]
    turn: asyncio.Future[str]
    sent_at: float = 0.0


class Outbox:
    """Questions that are sent again until they are accepted or refused."""

    def __init__(self) -> None:
        self._asks: dict[str, Ask] = {}

    def add(self, request: str, command: dict[str, Any]) -> asyncio.Future[str]:
        """Keep a question, and return its turn to come."""
        self._asks[request] = Ask(command, asyncio.get_running_loop().create_future())
        return self._asks[request].turn

    async def send(self, now: float, send: Callable[..., Awaitable[bool]]) -> None:
        """Send the questions that were not sent for a while."""
        for ask in tuple(self._asks.values()):
            if now - ask.sent_at >= ASK_AGAIN and await send(**ask.command):
                ask.sent_at = now

    def reconnected(self) -> None:
        """Let all questions be sent again at once."""
        for ask in self._asks.values():
            ask.sent_at = 0.0

    def accepted(self, event: dict[str, Any]) -> None:
        ask = self._asks.pop(event["request_id"], None)
        if ask and not ask.turn.done():
            ask.turn.set_result(event["turn"])

    def refused(self, event: dict[str, Any]) -> None:
        ask = self._asks.pop(event.get("request_id", ""), None)
        if ask and not ask.turn.done():
            ask.turn.set_exception(Refused(event["code"]))

    def cancel(self) -> None:
        for ask in self._asks.values():
            ask.turn.cancel()

    def clear(self) -> None:
        self._asks.clear()
