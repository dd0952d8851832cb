"""The events that the server sends to readers of turns. A test compares docs/protocol.md with them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType

from ..models import Citation, Failure

FRAME_LIMIT = 64 * 1024
"""The most bytes in one frame, in either direction."""
RESTART_MS = 4_000
"""The time after a restart in which clients reconnect at random, so that all are back within five seconds."""
CONTENT_LIMIT = 4_000
"""The most characters in one ``token``, unless a single chunk is longer: at 4 bytes each a frame fits in any window."""


class ErrorCode(StrEnum):
    """Every code that an ``error`` may carry."""

    RETRIEVAL_FAILED = Failure.RETRIEVAL_FAILED.value
    GENERATION_FAILED = Failure.GENERATION_FAILED.value
    MODEL_UNREACHABLE = Failure.MODEL_UNREACHABLE.value
    MODEL_DENIED = Failure.MODEL_DENIED.value
    MODEL_UNKNOWN = Failure.MODEL_UNKNOWN.value
    TIMEOUT = Failure.TIMEOUT.value
    INTERNAL_ERROR = Failure.INTERNAL_ERROR.value
    WITHDRAWN = Failure.WITHDRAWN.value
    INTERRUPTED = Failure.INTERRUPTED.value
    INVALID_REQUEST = "INVALID_REQUEST"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    OVER_BUDGET = "OVER_BUDGET"
    QUEUE_FULL = "QUEUE_FULL"
    RATE_LIMITED = "RATE_LIMITED"
    SIGNED_OUT = "SIGNED_OUT"


class Event(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag=str.lower,
    rename={"turn_uuid": "turn"},
):
    """An event from the server, without the keys that have no value. On the wire ``turn_uuid`` is called ``turn``."""


class Accepted(Event, frozen=True, kw_only=True):
    """The question was stored. ``position`` is its place in the queue, from 1, while it is queued."""

    request_id: UUID
    conversation: UUID
    turn_uuid: UUID
    state: str
    position: int | None


class Queued(Event, frozen=True, kw_only=True):
    """The turn waits at this place in the queue of its login session, from 1."""

    turn_uuid: UUID
    position: int


class Started(Event, frozen=True, kw_only=True):
    """The turn has started to stream."""

    turn_uuid: UUID


class Phase(Event, frozen=True, kw_only=True):
    """The phase of the turn, before its first token."""

    turn_uuid: UUID
    phase: str


class Token(Event, frozen=True, kw_only=True):
    """The text of the chunks ``after + 1 .. seq``; only for a client whose last seq is ``after``."""

    turn_uuid: UUID
    after: int
    seq: int
    content: str


class Source(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A citation of an answer, or a passage that the model got for an answer that cites none.

    Of one that is ``hidden``, because its recording may no longer be heard, only the number is sent.
    """

    number: int
    recording_id: UUID | None
    recording_title: str
    excerpt: str
    speaker: str
    start: float | None
    end: float | None
    hidden: bool = False

    @classmethod
    def of(cls, citation: Citation) -> Source:
        """Return a stored citation as it is sent to a reader of whom ``is_heard`` is known."""
        citation = citation.as_heard()
        return cls(
            number=citation.number,
            hidden=not citation.is_heard,
            recording_id=citation.recording_uuid if citation.is_heard else None,
            recording_title=citation.recording_title,
            excerpt=citation.excerpt,
            speaker=citation.speaker,
            start=citation.start,
            end=citation.end,
        )

    @classmethod
    def split(cls, citations: Iterable[Citation]) -> tuple[list[Source], list[Source]]:
        """Return what an answer cites, and what its model got if it cites nothing."""
        sources: dict[bool, list[Source]] = {True: [], False: []}
        for citation in citations:
            sources[citation.cited].append(cls.of(citation))
        return sources[True], sources[False]


class Citations(Event, frozen=True, kw_only=True):
    """The passages that an answer cites, numbered as the markers in its text; sent after its last token.

    ``given`` has those that its model got, if it cites none.
    """

    turn_uuid: UUID
    citations: list[Source]
    given: list[Source] = []


class Done(Event, frozen=True, kw_only=True):
    """The turn ended as ``complete``, ``stopped`` or ``cancelled``. ``html`` is the rendered turn."""

    turn_uuid: UUID
    seq: int
    state: str
    html: str | UnsetType = UNSET


class Error(Event, frozen=True, kw_only=True):
    """A turn failed or was interrupted (with ``turn``), or a command was refused (without)."""

    code: str
    message: str
    retryable: bool
    request_id: UUID | UnsetType = UNSET
    turn_uuid: UUID | UnsetType = UNSET
    seq: int | UnsetType = UNSET
    html: str | UnsetType = UNSET


class Reviewed(Event, frozen=True, kw_only=True):
    """A reviewer has read or labelled a turn of the user. ``labels`` and ``reads`` are what stands below it now."""

    turn_uuid: UUID
    labels: str
    reads: str


class Budget(Event, frozen=True, kw_only=True):
    """What the user has left of the budget of the day, in words; empty while that is much."""

    left: str


class Restart(Event, frozen=True, kw_only=True):
    """The server is about to close this socket (1012); reconnect within this many milliseconds."""

    retry_after_ms: int


class Pong(Event, frozen=True, kw_only=True):
    """The answer to ``ping``."""


EVENTS: tuple[type[Event], ...] = (
    Accepted, Queued, Started, Phase, Token, Citations, Done, Error, Reviewed, Budget, Restart, Pong,
)  # fmt: skip

_encoder = msgspec.json.Encoder(enc_hook=str.__str__)  # rendered HTML is a SafeString, a subclass of str


def encode(event: Event) -> str:
    """Return the frame that carries an event."""
    return _encoder.encode(event).decode()
