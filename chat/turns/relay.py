"""The way of nudges to and from other processes, over the channel layer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from channels.layers import BaseChannelLayer, InMemoryChannelLayer, get_channel_layer
from django.core.exceptions import ImproperlyConfigured

from .outgoing import Message, Outgoing

logger = logging.getLogger(__name__)

GROUP = "nudges"
PAUSE_SECONDS = 0.01
"""The least time between two messages, so that what is said meanwhile goes with one."""
RETRY_SECONDS = 1.0
CANCEL_SECONDS = 0.1
"""How long a cancelled task may take to end before it is cancelled again."""


class Relay:
    """Sends what is ``outgoing`` to all other processes, and calls ``receive`` with each message of theirs."""

    def __init__(self, outgoing: Outgoing, receive: Callable[[Message], None]) -> None:
        self.is_on = False
        self._outgoing = outgoing
        self._receive = receive
        self._name = uuid4().hex
        self._reachable = True
        self._ready = asyncio.Event()

    def wake(self) -> None:
        """Send what is outgoing now."""
        self._ready.set()

    async def run(self) -> None:
        """Send and receive until cancelled, whatever errors the layer raises.

        Return at once if the layer is the in-memory one, which reaches no other process.
        """
        self.is_on = type(_layer()) is not InMemoryChannelLayer
        if not self.is_on:
            return
        tasks = {asyncio.create_task(self._persist(work)) for work in (self._send_all, self._receive_all)}
        try:
            await asyncio.wait(tasks)
        finally:
            await _end(tasks)

    async def _persist(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # whatever the layer's client raises, the answers continue
                self._report(error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _send_all(self) -> None:
        layer = _layer()
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self._outgoing:
                await layer.group_send(GROUP, {"type": "nudge", "sender": self._name, **self._outgoing.take()})
                await asyncio.sleep(PAUSE_SECONDS)

    async def _receive_all(self) -> None:
        layer = _layer()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        try:
            while True:
                message: Any = await layer.receive(channel)
                self._reachable = True
                if message["sender"] != self._name:
                    self._receive(message)
        finally:
            await layer.group_discard(GROUP, channel)

    def _report(self, error: Exception) -> None:
        if self._reachable:
            logger.warning("Redis (REDIS_URL) cannot be reached; followers poll the database: %r", error)
        self._reachable = False


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel ``tasks`` until they have ended: ``wait_for``, which Redis's client uses, may swallow a cancellation (up
    to Python 3.11)."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=CANCEL_SECONDS)


def _layer() -> BaseChannelLayer:
    layer = get_channel_layer()
    if layer is None:
        raise ImproperlyConfigured("CHANNEL_LAYERS names no default layer")
    return layer
