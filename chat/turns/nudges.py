"""Nudges: "there is news on this topic", sent to all listeners in this process and in others.

To a process that follows a turn they carry its new text, too. They are hints all the same: the database holds the
truth, and every listener looks there after a second without a nudge, so a lost nudge costs a moment and nothing else.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING
from uuid import UUID

from .answer_log import AnswerLog
from .extract import Extract
from .interest import Interest
from .outgoing import Message, Outgoing
from .relay import Relay

if TYPE_CHECKING:
    from ..models import Turn


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
REVIEWS_TOPIC = "reviews"
"""A reviewer has read or labelled something."""
STOP_TOPIC = "stop"
"""A turn was asked to stop."""


class Listener:
    """A listener to nudges on some topics, between ``open`` and ``close`` (or as a context manager)."""

    def __init__(self, nudges: Nudges, topics: tuple[str, ...]) -> None:
        self._nudges = nudges
        self._topics = set(topics)
        self.is_woken = False
        self._waiter: asyncio.Future[None] | None = None  # an ``asyncio.Event`` takes twice as long

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
        self.is_woken = True
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def receive(self, extract: Extract) -> None:
        """Deliver a nudge that carries text."""
        self.wake()

    def clear(self) -> None:
        """Forget the nudges so far. Call it before reading, so that no change after the read is missed."""
        self.is_woken = False

    async def wait(self, seconds: float | None = None) -> None:
        """Return at the next nudge, or after ``seconds``. Only one task may wait."""
        if self.is_woken:
            return
        loop = asyncio.get_running_loop()
        waiter = self._waiter = loop.create_future()
        timer = None if seconds is None else loop.call_later(seconds, _end, waiter)
        try:
            await waiter
        finally:
            self._waiter = None
            if timer:
                timer.cancel()


def _end(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class Nudges:
    """The listeners of this process, and what it has to say to those of others."""

    def __init__(self) -> None:
        self.listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self.on_followed: Callable[[UUID], None] = lambda _: None
        """Called when another process begins to follow a turn."""
        self._outgoing = Outgoing()
        self._interest = Interest()
        self._relay = Relay(self._outgoing, self._receive)

    @property
    def are_relayed(self) -> bool:
        """Whether other processes get nudges from this one."""
        return self._relay.is_on

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
        if self._relay.is_on:
            self._outgoing.add_topics(topics)
            self._relay.wake()

    def publish_log(self, log: AnswerLog, after: int) -> None:
        """Nudge the readers of a turn that is written here. Those elsewhere get its stored chunks after ``after``."""
        for listener in tuple(self.listeners.get(log.topic, ())):
            listener.wake()
        if self._relay.is_on and self._interest.includes(log.claim.turn_uuid, monotonic()):
            self._outgoing.add_log(log, after)
            self._relay.wake()

    def announce(self, turn_uuid: UUID) -> None:
        """Tell the other processes that a turn is followed here."""
        if self._relay.is_on:
            self._outgoing.add_followed(turn_uuid)
            self._relay.wake()

    async def relay(self) -> None:
        """Relay nudges to and from other processes until cancelled: see ``Relay.run``."""
        await self._relay.run()

    def _receive(self, message: Message) -> None:
        followed = [UUID(bytes=name) for name in message.get("followed", ())]
        for turn_uuid in self._interest.note(followed, monotonic()):
            self.on_followed(turn_uuid)
        for encoded in message.get("extracts", ()):
            extract = Extract.of(*encoded)
            for listener in tuple(self.listeners.get(turn_topic(extract.turn_uuid), ())):
                listener.receive(extract)
        self.wake(*message["topics"])
