"""The stream of an OpenAI-compatible endpoint, read without the libraries that cost more than the network.

A library builds, signs and sends the request; this reads the response. The SDKs' own readers build a tree of objects
for each token, which costs about 100 µs; decoding what is needed of it costs one.
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
"""How long a connection may take to be made; the other time-outs are the runner's."""
TAIL_SECONDS = 2.0
"""How long the usage and the end of a stream may take to come after the finish reason."""
END_SECONDS = 0.1
"""How long the end of the body may take after that; read to its end, the connection is there for the next answer."""

_DONE = b"[DONE]"


class _Said(msgspec.Struct):
    content: str | list[Any] | None = None  # a list of blocks: whatever the endpoint puts in
    refusal: str | None = None  # why OpenAI's models will not answer, in place of the content


class _Choice(msgspec.Struct):
    index: int = 0
    delta: _Said | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    delta: _Said | None = None  # Databricks' agents leave out the choices
    finish_reason: str | None = None
    usage: _Usage | None = None
    error: msgspec.Raw = msgspec.Raw(b"null")
    error_code: msgspec.Raw = msgspec.Raw(b"null")


_decode = msgspec.json.Decoder(_Chunk).decode


Request = Callable[[Sequence[Message]], AbstractAsyncContextManager[AsyncIterator[bytes]]]
"""Builds, signs and sends the request for an answer, and gives the body of the response as it comes.

Raises what its library raises; the connection ends with the context, or goes back to where it came from.
"""


class CompletionsModel:
    """A chat model behind an OpenAI-compatible endpoint."""

    def __init__(self, request: Request, *, name: str) -> None:
        self.name = name
        self._request = request

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        """Yield the answer as it comes. A connection that breaks after the finish reason has broken nothing."""
        completion = Completion()
        deadline = Deadline()
        try:
            async with self._request(messages) as body:
                while piece := await _next(body, deadline.left(completion.patience)):
                    for delta in completion.feed(piece):
                        yield delta
        except Exception as error:  # whatever a library raises, this turn has failed and no other
            if not completion.finish_reason:
                raise failure(error) from None


class Deadline:
    """Counts from when a limit began to hold, whatever still comes: a server may keep a stream alive for ever."""

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._since = 0.0

    def left(self, seconds: float | None) -> float | None:
        """What is left of this limit; None without one."""
        if seconds != self._seconds:
            self._seconds, self._since = seconds, monotonic()
        return None if seconds is None else max(0.0, self._since + seconds - monotonic())


async def _next(body: AsyncIterator[bytes], seconds: float | None) -> bytes:
    """The next piece; at the end of the body an empty one."""
    return await (anext(body, b"") if seconds is None else asyncio.wait_for(anext(body, b""), seconds))


class Completion:
    """What a stream has said of its end. Pure: it turns bytes into deltas."""

    def __init__(self) -> None:
        self.finish_reason = ""
        self.is_over = False
        self._events = EventStream()

    @property
    def patience(self) -> float | None:
        """Seconds that more may take to come; None where that is not for us to say."""
        if self.is_over:
            return END_SECONDS
        return TAIL_SECONDS if self.finish_reason else None

    def feed(self, received: bytes) -> Iterator[Delta]:
        """The deltas in these bytes. Raises ``GenerationFailed`` for an error inside the stream, and for garbage."""
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
            raise GenerationFailed(f"the model sent what is no chunk: {error}") from None
        if bytes(chunk.error) != b"null" or bytes(chunk.error_code) != b"null":
            said = redacted(event.decode(errors="replace"))
            raise GenerationFailed(f"the model reported an error inside its stream: {said}")
        text = ""
        for choice in chunk.choices or [_Choice(0, chunk.delta, chunk.finish_reason)]:
            if choice.index == 0:
                text += text_of(choice.delta.content or choice.delta.refusal) if choice.delta else ""
                self.finish_reason = finish_reason(choice.finish_reason) or self.finish_reason
        return Delta(text, self.finish_reason, _used(chunk.usage))


def text_of(content: str | Sequence[Any] | None) -> str:
    """The text of a content that may be a list of blocks (reasoning and the like are left out)."""
    if content is None or isinstance(content, str):
        return content or ""
    blocks = [block if isinstance(block, dict) else {"type": "text", "text": block} for block in content]
    return "".join(str(block.get("text") or "") for block in blocks if block.get("type") == "text")


def _used(usage: _Usage | None) -> dict[str, int] | None:
    """The usage so far: some endpoints send a running total with each chunk, so the last one counts and not the sum."""
    if usage is None or usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    return {"input_tokens": usage.prompt_tokens, "output_tokens": usage.completion_tokens}
