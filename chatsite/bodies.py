"""The handler of pages: it writes long bodies of requests to the disk beside the event loop, and limits all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from typing_extensions import override

from chat.serving.life import BODY, BODY_LIMIT
from chat.serving.stored_body import WRITTEN_AT_ONCE, StoredBody, writers

IN_MEMORY = 256 * 1024
"""Bytes of a body that stay in memory."""
TOO_LONG = f"The request is too long: its body may have at most {BODY_LIMIT // 2**20} MB.".encode()

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class BodyTooLong(Exception):
    """The body of a request is longer than any that the site takes."""


class Received:
    """What is received of a request; of one whose server has stored its body, that."""

    def __init__(self, receive: Receive, stored: StoredBody | None) -> None:
        self.stored = stored
        self._receive = receive

    async def __call__(self) -> Any:
        return await self._receive()


class PageHandler(ASGIHandler):
    """Django's handler, which would write each body in the event loop, twice under Daphne, and keep 2.5 MB of it."""

    @override
    async def handle(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve a request, or answer 413 if its body is too long."""
        try:
            _check_announced(scope)
            await super().handle(scope, Received(receive, scope.pop(BODY, None)), send)
        except BodyTooLong:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 413, "headers": headers})
            await send({"type": "http.response.body", "body": TOO_LONG})

    @override
    async def read_body(self, receive: Any) -> IO[bytes]:
        """Return the body, in a file. Raise ``BodyTooLong``, or ``RequestAborted`` if the client has left."""
        stored = cast(Received, receive).stored
        if stored:
            await receive()  # the end, which is all that came of the body
            return await stored.whole()
        file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # Django closes it
        try:
            await _copy(receive, file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file


async def _copy(receive: Receive, file: IO[bytes]) -> None:
    length, waiting, more = 0, bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestAborted
        more = message.get("more_body", False)
        waiting += message.get("body", b"")
        if length + len(waiting) > BODY_LIMIT:
            raise BodyTooLong
        if len(waiting) >= WRITTEN_AT_ONCE or not more:
            length += len(waiting)
            await _write(file, waiting, length)
            waiting = bytearray()


async def _write(file: IO[bytes], part: bytearray, length: int) -> None:
    if length <= IN_MEMORY:
        file.write(part)
    else:
        await asyncio.get_running_loop().run_in_executor(writers, file.write, part)


def _check_announced(scope: dict[str, Any]) -> None:
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if said.isdigit() and int(said) > BODY_LIMIT:
        raise BodyTooLong
