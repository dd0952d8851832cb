"""The handler of pages: a long body is read by its view while it comes, or stored for somebody who is signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.urls import Resolver404, resolve
from typing_extensions import override

from chat.api.access import Credentials
from chat.body import ARRIVING, does_read_body
from chat.database import in_database
from chat.database.outage import UNAVAILABLE
from chat.serving.arriving_body import DETACH, ArrivingBody
from chat.serving.life import BODY_LIMIT

from .request_threads import RequestThreads

IN_MEMORY = 256 * 1024
"""Bytes of a body that stay in memory, and that anybody may send."""
WRITTEN_AT_ONCE = 512 * 1024
"""Bytes that a thread writes at a time."""
TOO_LONG = f"The request is too long: its body may have at most {BODY_LIMIT // 2**20} MB."
SIGNED_OUT = f"Please sign in: others may send at most {IN_MEMORY // 2**10} KB."
AWAY = "The database is not available. Please try again in a moment."

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

_threads = RequestThreads(most=4)
_writers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="bodies")


class BodyRefused(Exception):
    """The body of a request that the site does not take: the status of the response, and a sentence."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class PageHandler(ASGIHandler):
    """Django's handler, which would store every body before anybody is asked, in the event loop."""

    @override
    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve a request in a thread that was there before, if one is idle."""
        async with _threads.one():
            await self.handle(scope, receive, send)

    @override
    async def handle(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve a request, or refuse its body in words."""
        try:
            length = _announced(scope)
            if length is not None and length <= IN_MEMORY:
                await super().handle(scope, receive, send)
            elif _view_reads(scope):
                await self._handle_arriving(scope, ArrivingBody(receive, length or 0, scope.get(DETACH)), send)
            else:
                await _check_sender(scope)
                await super().handle(scope, receive, send)
        except BodyRefused as refused:
            await _refuse(send, refused)

    async def _handle_arriving(self, scope: dict[str, Any], body: ArrivingBody, send: Send) -> None:
        async def answer(message: Any) -> None:
            if body.is_detached and message["type"] == "http.response.start":
                await asyncio.to_thread(body.skip)
                message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        try:
            await super().handle({**scope, ARRIVING: body}, body, answer)
        finally:
            body.close()

    @override
    async def read_body(self, receive: Any) -> IO[bytes]:
        """Return the body, in a file. Raise ``BodyRefused``, or ``RequestAborted`` if the client has left."""
        if isinstance(receive, ArrivingBody):
            return cast(IO[bytes], receive)
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
            raise BodyRefused(413, TOO_LONG)
        if len(waiting) >= WRITTEN_AT_ONCE or not more:
            length += len(waiting)
            await _write(file, waiting, length)
            waiting = bytearray()


async def _write(file: IO[bytes], part: bytearray, length: int) -> None:
    if length <= IN_MEMORY:
        file.write(part)
    else:
        await asyncio.get_running_loop().run_in_executor(_writers, file.write, part)


def _announced(scope: dict[str, Any]) -> int | None:
    """Return how long the body will be; None if nobody knows. Raise ``BodyRefused`` if it is too long."""
    headers = dict(scope["headers"])
    said = headers.get(b"content-length", b"0")
    length = None if b"transfer-encoding" in headers or not said.isdigit() else int(said)
    if length and length > BODY_LIMIT:
        raise BodyRefused(413, TOO_LONG)
    return length


def _view_reads(scope: dict[str, Any]) -> bool:
    try:
        return does_read_body(resolve(scope["path"].removeprefix(scope.get("root_path", ""))).func)
    except Resolver404:
        return False


async def _check_sender(scope: dict[str, Any]) -> None:
    """Raise ``BodyRefused`` unless a proxy names the sender, or the sender has a session or a token.

    The view checks more; but a form has to be stored before that, because the secret against forgery is in it.
    """
    forwarded = scope.get("forwarded")
    if forwarded and forwarded.user:
        return
    credentials = Credentials.of(ASGIRequest(scope, BytesIO()))
    try:
        login_session = await in_database(credentials.live_login)
    except UNAVAILABLE:
        raise BodyRefused(503, AWAY) from None
    if login_session is None:
        raise BodyRefused(401, SIGNED_OUT)


async def _refuse(send: Send, refused: BodyRefused) -> None:
    body = refused.reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if refused.status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
