"""The response of the scripted upstream to one call.

A script is a list of steps separated by ``;``: ``tokens 20 50; stall``. After the last step the response ends as HTTP
requires. The steps:

=========================== ==========================================================================================
``tokens n [rate] [start]`` n chunks ``word1 ``, ``word2 ``, …, ``rate`` per second (0: at once)
``say text``                one chunk with this text (in quotes if it has a ``;``)
``big n``                   one chunk of n characters
``finish [reason]``         the chunk with the finish reason (``stop``)
``usage``                   a last chunk with the usage and no choices
``done``                    ``data: [DONE]``
``head``                    the response's head alone; otherwise it is sent with the first byte of the body
``pause seconds``           wait
``stall``                   send nothing more, until the client disconnects
``comments [rate]``         send only keep-alive comments, until the client disconnects
``cut`` / ``reset``         close the connection here, or reset it (RST)
``cut_after n [how]``       cut or reset after n bytes of the body; comes first; how: ``cut`` or ``reset``
``unframed``                no chunked encoding: closing the connection ends the body; comes first
``crlf``                    lines end with CR LF from here on
``cumulative``              each chunk from here on has the usage so far
``blocks``                  the content of each chunk from here on is a list of blocks, one of them reasoning
``repeat`` / ``swap``       send the last chunk once more; send the next two in the wrong order
``error [code]``            an error object inside the stream
``garbage [kind]``          an event that is not a chunk: ``json``, ``list``, ``null``, ``number``, ``utf8`` or ``html``
``raw text``                these characters, with Python's escapes
``bare text``               the same, in place of the whole response
``status code [after]``     an error response, with ``Retry-After: after`` if given
=========================== ==========================================================================================
"""

from __future__ import annotations

import asyncio
import codecs
import json
import shlex
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from typing import Any, Protocol

PROVIDER_TEXT = "canary-of-the-provider-7431"
"""Part of every error message of the upstream; it must never reach a user."""

GARBAGE = {
    "json": b'data: {"choices": [{"delta": {"content": "' + PROVIDER_TEXT.encode(),
    "list": b"data: [1, 2]",
    "null": b"data: null",
    "number": b'data: {"choices": 7}',
    "utf8": b'data: {"choices": [{"index": 0, "delta": {"content": "\xff\xfe"}}]}',
    "html": b"data: <html>" + PROVIDER_TEXT.encode() + b"</html>",
}


@dataclass
class Call:
    """One call of the model. Times are of ``time.monotonic``, which all processes of a Linux host share."""

    number: int
    method: str
    path: str
    headers: dict[str, str]
    body: Any  # what JSON may hold
    opened_at: float
    script: str = ""
    tokens: int = 0
    connection: int = 0
    """The number of its connection."""
    at_once: int = 1
    """Calls that were open when this one began, itself included."""
    spoke_at: float | None = None
    """When its first text was sent."""
    finished_at: float | None = None
    """When a finish reason was first sent."""
    closed_at: float | None = None
    """When the client disconnected, if before the end of the answer."""
    ended_at: float | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "over"}


class Wire(Protocol):
    """The connection of a call."""

    def send(self, data: bytes) -> None: ...
    def respond(self, status: int, body: object, headers: dict[str, str]) -> None: ...
    def close(self) -> None: ...
    def reset(self) -> None: ...


class Broken(Exception):
    """The script has broken the connection."""


class Reply:
    """Plays the script of one call."""

    def __init__(self, connection: Wire, call: Call) -> None:
        self._connection = connection
        self._call = call
        self._model = str(call.body.get("model", "")) or call.path.split("/")[-2]
        self._whole: str | None = None if call.body.get("stream") else ""
        self._reason = "stop"
        self._left: int | None = None
        self._break: Callable[[], Awaitable[None]] = self.cut
        self._newline = b"\n"
        self._is_open = self._is_over = self._is_cumulative = self._in_blocks = False
        self._is_framed = True
        self._last, self._held, self._swapping = b"", b"", 0

    async def play(self) -> None:
        """Play one step after the other, then end the response."""
        for name, *arguments in steps(self._call.script):
            await getattr(self, name)(*arguments)
        if self._is_over:
            return
        if self._whole is not None:
            self._connection.respond(200, self._completion(), {})
        elif self._is_framed:
            await self.head()
            self._connection.send(b"0\r\n\r\n")
        else:
            self._connection.close()

    # Parts of a correct stream

    async def tokens(self, count: str, rate: str = "0", start: str = "1") -> None:
        begun = monotonic()
        for number in range(int(count)):
            if float(rate):
                await asyncio.sleep(begun + number / float(rate) - monotonic())
            self._call.tokens += 1
            await self.say(f"word{number + int(start)} ")

    async def say(self, *words: str) -> None:
        text = " ".join(words)
        content: object = text
        if self._in_blocks:
            content = [{"type": "reasoning", "summary": [{"text": PROVIDER_TEXT}]}, {"type": "text", "text": text}]
        if self._whole is not None:
            self._whole += text
            return
        self._call.spoke_at = self._call.spoke_at or monotonic()
        await self._chunk({"role": "assistant", "content": content})

    async def big(self, size: str) -> None:
        await self.say("x" * int(size))

    async def finish(self, reason: str = "stop") -> None:
        self._reason = reason
        await self._chunk({}, reason)

    async def usage(self) -> None:
        await self._event({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": self._model,
                           "choices": [], "usage": self._usage()})  # fmt: skip

    async def done(self) -> None:
        await self._body(b"data: [DONE]")

    async def head(self) -> None:
        if self._is_open or self._whole is not None:
            return
        self._is_open = True
        framing = {"Transfer-Encoding": "chunked"} if self._is_framed else {"Connection": "close"}
        self._connection.send(head(200, {"Content-Type": "text/event-stream; charset=utf-8", **framing}))

    # Slow, or silent

    async def pause(self, seconds: str) -> None:
        await asyncio.sleep(float(seconds))

    async def stall(self) -> None:
        await asyncio.Event().wait()

    async def comments(self, rate: str = "20") -> None:
        while True:
            await self._body(b": keep-alive")
            await asyncio.sleep(1 / float(rate))

    # Broken connections

    async def cut(self) -> None:
        self._is_over = True
        self._connection.close()
        raise Broken

    async def reset(self) -> None:
        self._is_over = True
        self._connection.reset()
        raise Broken

    async def cut_after(self, size: str, how: str = "cut") -> None:
        self._left = int(size)
        self._break = self.cut if how == "cut" else self.reset

    # Malformed streams

    async def unframed(self) -> None:
        self._is_framed = False

    async def crlf(self) -> None:
        self._newline = b"\r\n"

    async def cumulative(self) -> None:
        self._is_cumulative = True

    async def blocks(self) -> None:
        self._in_blocks = True

    async def repeat(self) -> None:
        await self._write(self._last)

    async def swap(self) -> None:
        self._swapping = 2

    async def error(self, code: str = "503") -> None:
        error = {"message": PROVIDER_TEXT, "type": "server_error", "code": int(code)}
        await self._event({"error": error, "error_code": "TEMPORARILY_UNAVAILABLE", "message": PROVIDER_TEXT})

    async def garbage(self, kind: str = "json") -> None:
        await self._body(GARBAGE[kind])

    async def raw(self, *words: str) -> None:
        await self._write(codecs.decode(" ".join(words), "unicode_escape").encode())

    async def bare(self, *words: str) -> None:
        self._is_over = True
        self._connection.send(codecs.decode(" ".join(words), "unicode_escape").encode())

    async def status(self, code: str, retry_after: str = "") -> None:
        self._is_over = True
        error = {"message": PROVIDER_TEXT, "type": "server_error"}
        body = {"error": error, "error_code": "E", "message": PROVIDER_TEXT}
        headers = {"Retry-After": retry_after} if retry_after else {}
        self._connection.respond(int(code), body, headers)

    # The wire

    async def _chunk(self, delta: object, finish_reason: str | None = None) -> None:
        chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": self._model,
                 "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]}  # fmt: skip
        await self._event(chunk | ({"usage": self._usage()} if self._is_cumulative else {}))

    async def _event(self, event: object) -> None:
        if self._whole is None:
            await self._body(b"data: " + json.dumps(event).encode())

    async def _body(self, line: bytes) -> None:
        event = line + 2 * self._newline
        if self._swapping:
            self._swapping -= 1
            self._held, event = (b"", event + self._held) if self._held else (event, b"")
        self._last = event or self._last
        await self._write(event)

    async def _write(self, data: bytes) -> None:
        await self.head()
        is_cut = self._left is not None and len(data) >= self._left
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        if b'"finish_reason": "' in data:
            self._call.finished_at = self._call.finished_at or monotonic()
        if data:
            self._connection.send(b"%x\r\n%s\r\n" % (len(data), data) if self._is_framed else data)
        if is_cut:
            await self._break()

    def _usage(self) -> dict[str, int]:
        tokens = self._call.tokens
        return {"prompt_tokens": 11, "completion_tokens": tokens, "total_tokens": 11 + tokens}

    def _completion(self) -> dict[str, Any]:
        choice = {"index": 0, "message": {"role": "assistant", "content": self._whole}, "finish_reason": self._reason}
        return {"id": "c1", "object": "chat.completion", "created": 1, "model": self._model,
                "choices": [choice], "usage": self._usage()}  # fmt: skip


def steps(script: str) -> Iterator[list[str]]:
    """Yield the steps of a script, each as its name and its arguments."""
    lexer = shlex.shlex(script, posix=True, punctuation_chars=";")
    lexer.whitespace_split, lexer.quotes, lexer.escape, lexer.commenters = True, '"', "", ""
    step: list[str] = []
    for token in [*lexer, ";"]:
        if set(token) == {";"}:
            if step:
                yield step
            step = []
        else:
            step.append(token)


def head(status: int, headers: dict[str, str]) -> bytes:
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Overloaded"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
