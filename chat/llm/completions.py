"""The stream of an OpenAI-compatible endpoint, decoded without the SDKs' readers.

A library builds, signs and sends the request; this module reads the response. The SDKs' readers build a tree of objects
for each token, which takes about 100 µs; reading only what we need takes about a tenth of that.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from time import monotonic

from django.conf import settings

from ..errors import GenerationFailed
from ..prompts import Message
from ..upstream.failures import failure
from . import Delta
from .choices import Choices, Piece
from .chunk import Fields, choices_of, chunk_of, delta_of, index_of, plain_text_of, text_of, thinks_in, usage_of
from .finish_reason import finish_reason
from .pace import Pace, Read, at_once, pace
from .sse import EventStream
from .surrogates import Surrogates

CONNECT_SECONDS = 10.0
"""Time-out for connecting; the runner has the other time-outs."""
TAIL_SECONDS = 2.0
"""How long to wait for the usage and the end of the stream after the finish reason."""
END_SECONDS = 0.1
"""How long to wait for the end of the body after that: only then can the next answer reuse the connection."""

_DONE = b"[DONE]"
_DONE_REASON = "stop"
"""The finish reason of an answer that has none, if the setting says that ``[DONE]`` is its end."""

Request = Callable[[Sequence[Message]], AbstractAsyncContextManager[Read]]
"""A function that builds, signs and sends the request for an answer, and yields how to read the body of the response.

It raises what its library raises. Leaving the context closes the connection, or returns it to its pool.
"""


class CompletionsModel:
    """A chat model behind an OpenAI-compatible endpoint."""

    def __init__(self, request: Request, *, name: str) -> None:
        self.name = name
        self._request = request

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        """Yield the answer as it arrives. Ignore errors after the finish reason: the answer is complete."""
        completion = Completion()
        deadline = Deadline()
        its_pace: Pace = at_once  # as long as nothing of the answer is shown, and once it is complete
        try:
            async with self._request(messages) as read:
                while True:
                    limit = completion.time_limit if completion.finish_reason else None
                    piece = await (read(its_pace) if limit is None else _within(deadline.left(limit), read, its_pace))
                    if not piece:
                        return
                    for delta in completion.feed(piece):
                        yield delta
                    its_pace = at_once if completion.finish_reason else pace.get()
        except Exception as error:  # whatever a library raises must fail this turn alone
            if not completion.finish_reason:
                raise failure(error) from None


async def _within(seconds: float, read: Read, its_pace: Pace) -> bytes:
    """Read a piece, or raise ``TimeoutError``. ``asyncio.wait_for`` would start a task for it."""
    if not seconds:
        raise TimeoutError  # a piece that is there already would be read without waiting
    async with asyncio.timeout(seconds):
        return await read(its_pace)


class Deadline:
    """The end of a time limit, counted from when the limit was first given.

    Data that arrives meanwhile does not extend it, or a server could keep a stream alive for ever.
    """

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._since = 0.0

    def left(self, seconds: float) -> float:
        """Return the seconds that are left of this limit."""
        if seconds != self._seconds:
            self._seconds, self._since = seconds, monotonic()
        return max(0.0, self._since + seconds - monotonic())


class Completion:
    """A decoder from bytes to deltas, which keeps track of the end of the stream. It does no I/O."""

    def __init__(self) -> None:
        self.finish_reason = ""
        self.is_over = False
        self._goes_on = False  # text came after a finish reason, as from servers that send one with every chunk
        self._events = EventStream()
        self._choices = Choices()
        self._surrogates = Surrogates()

    @property
    def time_limit(self) -> float | None:
        """Seconds within which the stream must end; None before the finish reason, when the runner's limits apply."""
        if self.is_over:
            return END_SECONDS
        return TAIL_SECONDS if self.finish_reason and not self._goes_on else None

    def feed(self, received: bytes) -> Iterator[Delta]:
        """Yield the deltas in these bytes; text that came together is one.

        Raise ``GenerationFailed`` for an error inside the stream, for invalid data, and for an end without a finish
        reason; ``EventTooLong`` for an event that exceeds its limit.
        """
        text = ""
        for event in self._events.feed(received):
            plain = None if self.finish_reason else plain_text_of(event)
            if plain is not None and self._choices.take_plain("0"):
                text += plain
                continue
            if text:
                yield Delta(self._surrogates.joined(text))
                text = ""
            if self.is_over:
                return
            self.is_over = event.strip(b' "\t') == _DONE
            yield from self._end() if self.is_over else self._deltas(event)
        if text:
            yield Delta(self._surrogates.joined(text))

    def _deltas(self, event: bytes) -> Iterator[Delta]:
        chunk = chunk_of(event) or {}
        pieces: list[Piece] = []
        for choice in choices_of(chunk):
            piece = _piece(choice)
            if piece.says_something:
                pieces += self._choices.take(index_of(choice), piece)
        yield from self._told(pieces, usage_of(chunk.get("usage")))

    def _end(self) -> Iterator[Delta]:
        """Yield what is left at ``[DONE]``."""
        yield from self._told(list(self._choices.end()))
        if not self.finish_reason and not settings.CHAT_DONE_IS_END:
            raise GenerationFailed(
                "the model's stream ended with [DONE], but without a finish reason; if this server never sends one,"
                " set CHAT_DONE_IS_END=true"
            )
        if not self.finish_reason:
            self.finish_reason = _DONE_REASON
            yield Delta(self._surrogates.end(), self.finish_reason)

    def _told(self, pieces: Sequence[Piece], usage: dict[str, int] | None = None) -> Iterator[Delta]:
        """Yield what these pieces and this usage tell, if it is anything."""
        text = self._surrogates.joined("".join(piece.text for piece in pieces))
        self._goes_on = self._goes_on or bool(self.finish_reason and text)
        for piece in pieces:
            self.finish_reason = finish_reason(piece.finish_reason) or self.finish_reason
        text += self._surrogates.end() if self.finish_reason else ""
        if pieces or usage:
            yield Delta(text, self.finish_reason, usage, thinks=any(piece.thinks for piece in pieces))


def _piece(choice: Fields) -> Piece:
    delta = delta_of(choice)
    reason = choice.get("finish_reason")
    return Piece(
        text_of(delta.get("content")) or text_of(delta.get("refusal")), str(reason) if reason else "", thinks_in(delta)
    )
