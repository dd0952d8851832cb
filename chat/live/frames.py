"""A turn's events as Server-Sent Events. Pure."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from ..turns import events

KEEP_ALIVE = ": keep-alive\n\n"


class TokenData(Struct, frozen=True, kw_only=True):
    """The text of the chunks up to the one that the event's id names."""

    content: str


class CitationsData(Struct, frozen=True, kw_only=True):
    """The passages that a complete answer cites, numbered as in its text; after its last token."""

    citations: list[events.Source]


class DoneData(Struct, frozen=True):
    """The turn has ended as its user wanted."""


class ErrorData(Struct, frozen=True, kw_only=True):
    """The turn has failed, or was interrupted; what came of it is kept."""

    message: str
    code: str


def opening(seq: int) -> str:
    """The first frame: it dispatches nothing, and tells the client where to go on from before the first event."""
    return f"id: {seq}\n\n"


def farewell(retry_ms: int) -> str:
    """The last frame of a response that ends before the turn does: when to come back."""
    return f"retry: {retry_ms}\n\n"


def frame(event: events.Event, seq: int) -> str:
    """The frame of an event for a reader who has the text up to chunk ``seq``.

    What is only of interest while one waits is a comment, which every client passes over.
    """
    match event:
        case events.Token():
            return _frame("token", event.seq, TokenData(content=event.content))
        case events.Citations():
            return _frame("citations", seq, CitationsData(citations=event.citations))
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
    return f"id: {seq}\nevent: {name}\ndata: {msgspec.json.encode(data).decode()}\n\n"  # JSON has no line ends
