"""A turn's events as Server-Sent Events. No I/O."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from ..turns import events

KEEP_ALIVE = ": keep-alive\n\n"


class TokenData(Struct, frozen=True, kw_only=True):
    """The text of the chunks after the previous event's id, up to the one that this event's id names."""

    content: str


class CitationsData(Struct, frozen=True, kw_only=True):
    """The passages that an answer cites, numbered as the markers in its text; sent after its last token.

    ``given`` has those that its model got, if it cites none.
    """

    citations: list[events.Source]
    given: list[events.Source]


class DoneData(Struct, frozen=True):
    """The turn has ended: the answer is complete, or its user stopped it."""


class ErrorData(Struct, frozen=True, kw_only=True):
    """The turn failed or was interrupted; the text that it had so far is kept."""

    message: str
    code: str


def opening(seq: int) -> str:
    """Return the first frame: it dispatches no event, but gives the client an id to resume from at once."""
    return f"id: {seq}\n\n"


def farewell(retry_ms: int) -> str:
    """Return the last frame of a response that ends before its turn: the delay before the client reconnects."""
    return f"retry: {retry_ms}\n\n"


def frame(event: events.Event, seq: int) -> str:
    """Return the frame of an event for a reader who has the text up to chunk ``seq``.

    An event that only reports progress becomes a comment, which every client ignores.
    """
    match event:
        case events.Token():
            return _frame("token", event.seq, TokenData(content=event.content))
        case events.Citations():
            return _frame("citations", seq, CitationsData(citations=event.citations, given=event.given))
        case events.Done():
            return _frame("done", seq, DoneData())
        case events.Error():
            return _frame("error", seq, ErrorData(message=event.message, code=event.code))
        case events.Queued():
            return f": queued {event.position}\n\n"
        case events.Phase():
            return f": {event.phase}\n\n"
        case _:
            return f": {type(event).__name__.lower()}\n\n"


def _frame(name: str, seq: int, data: Struct) -> str:
    return f"id: {seq}\nevent: {name}\ndata: {msgspec.json.encode(data).decode()}\n\n"  # JSON has no raw line breaks
