"""What this process has to say to the others: gathered until the next message, which is bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypedDict, TypeVar
from uuid import UUID

from .answer_log import AnswerLog
from .extract import FRAME_SIZE, Extract

K = TypeVar("K")
V = TypeVar("V")

MESSAGE_LIMIT = 16 * 1024
"""Bytes of a message, at most: Redis passes it to every process."""
_ENVELOPE_SIZE = 128
_NAME_SIZE = 18


class Message(TypedDict):
    """A message to other processes.

    There is news on ``topics``; this process follows the turns ``followed`` (as bytes), and has ``extracts`` (encoded)
    of turns that others follow.
    """

    topics: list[str]
    followed: list[bytes]
    extracts: list[list[Any]]  # the arguments of Extract.of


class Outgoing:
    """What is to be said. Something that is added again before it is sent is sent once."""

    def __init__(self) -> None:
        self._topics: dict[str, None] = {}
        self._followed: dict[UUID, None] = {}
        self._logs: dict[AnswerLog, int] = {}

    def __bool__(self) -> bool:
        return bool(self._topics or self._followed or self._logs)

    def add_topics(self, topics: Iterable[str]) -> None:
        """Say that there is news on these topics."""
        self._topics.update(dict.fromkeys(topics))

    def add_followed(self, turn_uuid: UUID) -> None:
        """Say that somebody in this process follows a turn."""
        self._followed[turn_uuid] = None

    def add_log(self, log: AnswerLog, after: int) -> None:
        """Say what a log has after a chunk, when the message is made: it may have more by then."""
        self._logs.setdefault(log, after)

    def take(self) -> Message:
        """Return the next message. What does not fit waits for the one after it; text that does not fit is left out."""
        topics, room = _pop(self._topics, lambda topic: len(topic.encode()) + 5, MESSAGE_LIMIT - _ENVELOPE_SIZE)
        followed, room = _pop(self._followed, lambda _: _NAME_SIZE, room)
        starts = dict(self._logs)
        logs, room = _pop(self._logs, lambda _: FRAME_SIZE, room)
        extracts = []
        for log in logs:
            extract = Extract.from_log(log, starts[log], room)
            room -= extract.size
            extracts.append(extract.encoded())
        return {"topics": topics, "followed": [turn_uuid.bytes for turn_uuid in followed], "extracts": extracts}


def _pop(waiting: dict[K, V], size: Callable[[K], int], room: int) -> tuple[list[K], int]:
    """Remove and return the first keys that fit into ``room``, and what is left of it."""
    taken: list[K] = []
    while waiting and (cost := size(key := next(iter(waiting)))) <= room:
        del waiting[key]
        taken.append(key)
        room -= cost
    return taken, room
