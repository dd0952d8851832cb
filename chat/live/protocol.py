"""The socket's protocol: the commands that a client may send, and the codes that close a socket.

A test compares docs/protocol.md with this.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from ..models import NO_LIMITS, InvalidRequest, Limits
from ..turns.events import EVENTS

Seq = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class CloseCode(IntEnum):
    """Every code with which the server closes a socket."""

    FAILED = 1011
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
    """A command of the client; unknown types and keys are refused. On the wire ``turn_uuid`` is called ``turn``."""


class Ask(Command, frozen=True, kw_only=True):
    """Ask a question; repeating a ``request_id`` creates no second turn."""

    request_id: UUID
    conversation: UUID | None
    question: str
    recordings: Annotated[tuple[UUID, ...], Meta(max_length=500)]
    limits: Limits = NO_LIMITS
    retry_of: UUID | None = None


class Follow(Command, frozen=True, kw_only=True):
    """Follow a turn from the chunk after ``after`` on."""

    turn_uuid: UUID
    after: Seq


class Ack(Command, frozen=True, kw_only=True):
    """Acknowledge that the client has applied the turn's text up to chunk ``seq``."""

    turn_uuid: UUID
    seq: Seq


class Stop(Command, frozen=True, kw_only=True):
    """Stop a streaming turn at the chunk that was last ``seen``, or remove a queued one from its queue."""

    turn_uuid: UUID
    seen: Seq


class Ping(Command, frozen=True, kw_only=True):
    """Ask the server for a ``pong``."""


COMMANDS: tuple[type[Command], ...] = (Ask, Follow, Ack, Stop, Ping)
_decoder: msgspec.json.Decoder[Ask | Follow | Ack | Stop | Ping] = msgspec.json.Decoder(
    Ask | Follow | Ack | Stop | Ping
)


def decode(text: str) -> Ask | Follow | Ack | Stop | Ping:
    """Return the command in a frame. Raise ``InvalidRequest``, which says what is wrong and where."""
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise InvalidRequest(f"This message could not be read: {error}.") from None
    except RecursionError:
        raise InvalidRequest("This message could not be read: it is nested too deeply.") from None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of every command and event, by name."""
    _, schemas = msgspec.json.schema_components([*COMMANDS, *EVENTS], ref_template="#/$defs/{name}")
    return schemas
