"""Nudges: "there is news on this topic", sent to all listeners in this process and in others.

They carry no data. The database holds the truth, and every listener also polls it once a second, so a lost nudge costs
a moment and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from channels.layers import BaseChannelLayer, InMemoryChannelLayer, get_channel_layer
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from ..models import Turn

logger = logging.getLogger(__name__)

GROUP = "nudges"
RETRY_SECONDS = 1.0
CANCEL_SECONDS = 0.1
"""How long a cancelled task may take to end before it is cancelled again."""


def turn_topic(turn_uuid: UUID) -> str:
    """Return the topic of one turn: its chunks and its changes of state."""
    return f"turn:{turn_uuid}"


def queue_topic(login_session: int) -> str:
    """Return the topic of a login session's queue: turns that enter it, move up or leave it."""
    return f"queue:{login_session}"


def topics_of(turn: Turn) -> tuple[str, ...]:
    """Return the topics of all who follow a turn or wait behind it, for its start and its end."""
    return turn_topic(turn.uuid), queue_topic(turn.login_session_id)


NEWS_TOPIC = "news"
"""A question was asked."""
SIGN_INS_TOPIC = "sign-ins"
"""A login session has ended."""
STOP_TOPIC = "stop"
"""A turn was asked to stop."""


class Listener:
    """A listener to nudges on some topics, between ``open`` and ``close`` (or as a context manager)."""

    def __init__(self, nudges: Nudges, topics: tuple[str, ...]) -> None:
        self._nudges = nudges
        self._topics = set(topics)
        self._event = asyncio.Event()

    def __enter__(self) -> Listener:
        return self.open()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def open(self) -> Listener:
        for topic in self._topics:
            self._nudges.listeners[topic].add(self)
        return self

    def close(self) -> None:
        for topic in self._topics:
            self._nudges.forget(topic, self)

    def add(self, topic: str) -> None:
        """Listen to one more topic, and wake up at once: an earlier nudge on it may have been missed."""
        if topic not in self._topics:
            self._topics.add(topic)
            self._nudges.listeners[topic].add(self)
            self.wake()

    def wake(self) -> None:
        """Deliver a nudge."""
        self._event.set()

    def clear(self) -> None:
        """Forget the nudges so far. Call it before reading, so that no change after the read is missed."""
        self._event.clear()

    async def wait(self, seconds: float | None = None) -> None:
        """Return at the next nudge, or after ``seconds``."""
        if self._event.is_set():
            return
        if seconds is None:
            await self._event.wait()
            return
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass


class Nudges:
    """The listeners of this process, and the relay to and from other processes over the channel layer."""

    def __init__(self) -> None:
        self.listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self._name = uuid4().hex
        self._reachable = True
        self._is_relayed = False
        self._outgoing: dict[str, None] = {}
        self._outgoing_ready = asyncio.Event()

    def listen(self, *topics: str) -> Listener:
        """Return a listener to these topics."""
        return Listener(self, topics)

    def forget(self, topic: str, listener: Listener) -> None:
        """Remove a listener of a topic, and the topic with its last listener."""
        self.listeners[topic].discard(listener)
        if not self.listeners[topic]:
            del self.listeners[topic]

    def wake(self, *topics: str) -> None:
        """Nudge the listeners of this process."""
        for topic in topics:
            for listener in tuple(self.listeners.get(topic, ())):
                listener.wake()

    def publish(self, *topics: str) -> None:
        """Nudge the listeners of every process. Return at once: a slow or dead layer delays nobody."""
        self.wake(*topics)
        if self._is_relayed:
            self._outgoing.update(dict.fromkeys(topics))
            self._outgoing_ready.set()

    async def relay(self) -> None:
        """Relay nudges to and from other processes until cancelled, whatever errors the layer raises.

        Return at once if the layer is the in-memory one, which reaches no other process.
        """
        self._is_relayed = type(_layer()) is not InMemoryChannelLayer
        if not self._is_relayed:
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
            await self._outgoing_ready.wait()
            self._outgoing_ready.clear()
            topics = list(self._outgoing)
            self._outgoing.clear()
            await layer.group_send(GROUP, {"type": "nudge", "sender": self._name, "topics": topics})

    async def _receive_all(self) -> None:
        layer = _layer()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        try:
            while True:
                message: dict[str, Any] = await layer.receive(channel)
                self._reachable = True
                if message["sender"] != self._name:
                    self.wake(*message["topics"])
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
