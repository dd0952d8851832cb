"""Nudges: "something about this topic is new", to whoever waits for it in this process or in another.

They carry no data. What is true is in the database, and everyone who waits also looks by itself once a second, so a
lost nudge costs a moment and nothing else.
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
    """News of one turn: chunks, or another state."""
    return f"turn:{turn_uuid}"


def queue_topic(login_session: int) -> str:
    """Turns of a login session moved up in its queue (or it has a new one, or none any more)."""
    return f"queue:{login_session}"


def topics_of(turn: Turn) -> tuple[str, ...]:
    """Whoever follows a turn, or waits behind it, wants to know that it has started, or has ended."""
    return turn_topic(turn.uuid), queue_topic(turn.login_session_id)


NEWS_TOPIC = "news"
"""Something was asked, or a login session has ended."""
STOP_TOPIC = "stop"
"""Some turn was asked to stop."""


class Listener:
    """Waits for nudges about some topics, between ``open`` and ``close`` (or as a context manager)."""

    def __init__(self, nudges: Nudges, topics: tuple[str, ...]) -> None:
        self._nudges = nudges
        self._topics = set(topics)
        self._event = asyncio.Event()

    def __enter__(self) -> Listener:
        return self.open()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def open(self) -> Listener:
        """Begin to listen."""
        for topic in self._topics:
            self._nudges.listeners[topic].add(self)
        return self

    def close(self) -> None:
        """Listen no more."""
        for topic in self._topics:
            self._nudges.forget(topic, self)

    def add(self, topic: str) -> None:
        """Listen for one topic more. What happened to it before may have been missed, so look at once."""
        if topic not in self._topics:
            self._topics.add(topic)
            self._nudges.listeners[topic].add(self)
            self.wake()

    def wake(self) -> None:
        """What a nudge does."""
        self._event.set()

    def clear(self) -> None:
        """Forget the nudges so far. Call it before looking, so that what happens after the look is not missed."""
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
    """The listeners of this process, and the relay to and from the others over the channel layer."""

    def __init__(self) -> None:
        self.listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self._name = uuid4().hex
        self._reachable = True
        self._is_relayed = False
        self._outgoing: dict[str, None] = {}
        self._outgoing_ready = asyncio.Event()

    def listen(self, *topics: str) -> Listener:
        """A listener for these topics."""
        return Listener(self, topics)

    def forget(self, topic: str, listener: Listener) -> None:
        """Remove a listener; topics that nobody listens to take no memory."""
        self.listeners[topic].discard(listener)
        if not self.listeners[topic]:
            del self.listeners[topic]

    def wake(self, *topics: str) -> None:
        """Nudge the listeners of this process."""
        for topic in topics:
            for listener in tuple(self.listeners.get(topic, ())):
                listener.wake()

    def publish(self, *topics: str) -> None:
        """Nudge the listeners of every process. Returns at once: a slow or dead layer holds up nobody."""
        self.wake(*topics)
        if self._is_relayed:
            self._outgoing.update(dict.fromkeys(topics))
            self._outgoing_ready.set()

    async def relay(self) -> None:
        """Carry nudges to and from the other processes until cancelled, whatever happens to the layer.

        Returns at once when the layer is the in-memory one, which reaches no other process.
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
            except Exception as error:  # whatever the layer's client raises, the answers go on
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
            logger.warning("The channel layer cannot be reached, followers look by themselves: %r", error)
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
