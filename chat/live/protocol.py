"""The socket's protocol: the commands that a client may send, and why a socket is closed.

A test compares docs/protocol.md with this.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from ..models import InvalidRequest
from ..turns.events import EVENTS

Seq = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class CloseCode(IntEnum):
    """Every code that the server closes a socket with."""

    RESTART = 1012
    TOO_BIG = 1009
    BINARY = 1003
    MALFORMED = 4400
    SIGNED_OUT = 4401
    NOT_READING = 4408
    TOO_FAST = 4429


class Command(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag=str.lower,
    rename={"turn_uuid": "turn"},
):
    """What a client may send; unknown types and keys are refused. On the wire ``turn_uuid`` is called ``turn``."""


class Ask(Command, frozen=True, kw_only=True):
    """Ask a question; the same ``request_id`` makes one turn, however often it is sent."""

    request_id: UUID
    conversation: UUID | None
    question: str
    recordings: Annotated[tuple[UUID, ...], Meta(max_length=500)]
    retry_of: UUID | None = None


class Follow(Command, frozen=True, kw_only=True):
    """Read a turn's log from ``after`` on."""

    turn_uuid: UUID
    after: Seq


class Ack(Command, frozen=True, kw_only=True):
    """The client has applied the turn's text up to ``seq``."""

    turn_uuid: UUID
    seq: Seq


class Stop(Command, frozen=True, kw_only=True):
    """End a streaming turn at what was ``seen``, or take a queued one out of the queue."""

    turn_uuid: UUID
    seen: Seq


class Ping(Command, frozen=True, kw_only=True):
    """Answered by ``pong``."""


COMMANDS: tuple[type[Command], ...] = (Ask, Follow, Ack, Stop, Ping)
_decoder: msgspec.json.Decoder[Ask | Follow | Ack | Stop | Ping] = msgspec.json.Decoder(
    Ask | Follow | Ack | Stop | Ping
)


def decode(text: str) -> Ask | Follow | Ack | Stop | Ping:
    """The command in a frame. Raises ``InvalidRequest`` that says what is wrong, and where."""
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise InvalidRequest(f"This message could not be read: {error}.") from None


def json_schema() -> dict[str, Any]:
    """JSON Schema of every command and event, by name."""
    _, schemas = msgspec.json.schema_components([*COMMANDS, *EVENTS], ref_template="#/$defs/{name}")
    return schemas
