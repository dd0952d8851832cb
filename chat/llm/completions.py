"""The stream of an OpenAI-compatible endpoint, decoded without the SDKs' readers.

A library builds, signs and sends the request; this module reads the response. The SDKs' readers build a tree of objects
for each token, which takes about 100 µs; decoding only the fields that we need takes about 1 µs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from time import monotonic
from typing import Any

import msgspec

from ..errors import GenerationFailed
from ..prompts import Message
from ..upstream.failures import failure, redacted
from . import Delta
from .finish_reason import finish_reason
from .sse import EventStream

CONNECT_SECONDS = 10.0
"""Time-out for connecting; the runner has the other time-outs."""
TAIL_SECONDS = 2.0
"""How long to wait for the usage and the end of the stream after the finish reason."""
END_SECONDS = 0.1
"""How long to wait for the end of the body after that: only then can the next answer reuse the connection."""

_DONE = b"[DONE]"


class _ChoiceDelta(msgspec.Struct):
    content: str | list[Any] | None = None  # or a list of blocks of any form
    refusal: str | None = None  # OpenAI's models give the reason here, instead of content


class _Choice(msgspec.Struct):
    index: int = 0
    delta: _ChoiceDelta | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    delta: _ChoiceDelta | None = None  # Databricks' agents leave out the choices
    finish_reason: str | None = None
    usage: _Usage | None = None
    error: msgspec.Raw = msgspec.Raw(b"null")
    error_code: msgspec.Raw = msgspec.Raw(b"null")


_decode = msgspec.json.Decoder(_Chunk).decode


Request = Callable[[Sequence[Message]], AbstractAsyncContextManager[AsyncIterator[bytes]]]
"""A function that builds, signs and sends the request for an answer, and yields the body of the response as it arrives.

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
        try:
            async with self._request(messages) as body:
                while piece := await _next(body, deadline.left(completion.time_limit)):
                    for delta in completion.feed(piece):
                        yield delta
        except Exception as error:  # whatever a library raises must fail this turn alone
            if not completion.finish_reason:
                raise failure(error) from None


class Deadline:
    """The end of a time limit, counted from when the limit was first given.

    Data that arrives meanwhile does not extend it, or a server could keep a stream alive for ever.
    """

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._since = 0.0

    def left(self, seconds: float | None) -> float | None:
        """Return the seconds that are left of this limit; None if there is no limit."""
        if seconds != self._seconds:
            self._seconds, self._since = seconds, monotonic()
        return None if seconds is None else max(0.0, self._since + seconds - monotonic())


async def _next(body: AsyncIterator[bytes], seconds: float | None) -> bytes:
    """Return the next piece of the body, an empty one at its end; raise ``TimeoutError`` after these seconds."""
    return await (anext(body, b"") if seconds is None else asyncio.wait_for(anext(body, b""), seconds))


class Completion:
    """A decoder from bytes to deltas, which keeps track of the end of the stream. It does no I/O."""

    def __init__(self) -> None:
        self.finish_reason = ""
        self.is_over = False
        self._events = EventStream()

    @property
    def time_limit(self) -> float | None:
        """Seconds within which the stream must end; None before the finish reason, when the runner's limits apply."""
        if self.is_over:
            return END_SECONDS
        return TAIL_SECONDS if self.finish_reason else None

    def feed(self, received: bytes) -> Iterator[Delta]:
        """Yield the deltas in these bytes.

        Raise ``GenerationFailed`` for an error inside the stream and for invalid data, ``EventTooLong`` for an event
        that exceeds its limit.
        """
        for event in self._events.feed(received):
            self.is_over = self.is_over or event.strip() == _DONE
            if self.is_over:
                return
            delta = self._delta(event)
            if delta.text or delta.finish_reason or delta.usage:
                yield delta

    def _delta(self, event: bytes) -> Delta:
        try:
            chunk = _decode(event)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise GenerationFailed(f"the model sent an invalid chunk: {error}") from None
        if bytes(chunk.error) != b"null" or bytes(chunk.error_code) != b"null":
            reported = redacted(event.decode(errors="replace"))
            raise GenerationFailed(f"the model reported an error inside its stream: {reported}")
        text = ""
        for choice in chunk.choices or [_Choice(0, chunk.delta, chunk.finish_reason)]:
            if choice.index == 0:
                text += text_of(choice.delta.content or choice.delta.refusal) if choice.delta else ""
                self.finish_reason = finish_reason(choice.finish_reason) or self.finish_reason
        return Delta(text, self.finish_reason, _usage_of(chunk.usage))


def text_of(content: str | Sequence[Any] | None) -> str:
    """Return the text of a content, or of its blocks of text; leave out reasoning and other blocks."""
    if content is None or isinstance(content, str):
        return content or ""
    blocks = [block if isinstance(block, dict) else {"type": "text", "text": block} for block in content]
    return "".join(str(block.get("text") or "") for block in blocks if block.get("type") == "text")


def _usage_of(usage: _Usage | None) -> dict[str, int] | None:
    """Return the usage so far. Some endpoints send a running total with each chunk: keep the last one, not the sum."""
    if usage is None or usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    return {"input_tokens": usage.prompt_tokens, "output_tokens": usage.completion_tokens}
