"""A fake site: the real templates and headers, but a server that the test controls.

A test can do what a real server rarely does: leave gaps, repeat frames, lose or delay them, end suddenly.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from .fake_pages import conversation_page

SECONDS = 10.0
"""How long a test waits for an expected event."""
SOCKET = "/ws/chat/"
Page = tuple[int, str]


class Changes:
    """Lets one task wait for a change that another makes."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def notify(self) -> None:
        self._event.set()

    async def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until a condition holds; it is checked after every change. Raise ``TimeoutError`` after 10 seconds."""
        async with asyncio.timeout(SECONDS):
            while not holds():
                self._event.clear()
                await self._event.wait()


class Socket:
    """The server's side of one WebSocket of the page."""

    def __init__(self, connection: ServerConnection) -> None:
        self.acks: list[tuple[str, int]] = []
        self.pings = 0
        self.answers_pings = True
        self._connection = connection
        self._commands: deque[dict[str, Any]] = deque()
        self._changes = Changes()

    async def read(self) -> None:
        """Record commands until the socket is closed."""
        with suppress(ConnectionClosed):
            async for frame in self._connection:
                await self._take(json.loads(frame))

    async def expect(self, kind: str) -> dict[str, Any]:
        """Wait for the next command of this kind and return it; skip those before it."""
        await self._changes.wait_until(lambda: bool(self.waiting(kind)))
        while (command := self._commands.popleft())["type"] != kind:
            continue
        return command

    async def wait_for_ping(self) -> None:
        before = self.pings
        await self._changes.wait_until(lambda: self.pings > before)

    async def wait_for_ack(self, turn: str, seq: int) -> None:
        """Wait until the page acknowledges a turn up to this chunk."""
        await self._changes.wait_until(lambda: (turn, seq) in self.acks)

    async def wait_until_closed(self) -> None:
        """Wait until the page has closed this socket."""
        async with asyncio.timeout(SECONDS):
            await self._connection.wait_closed()

    def waiting(self, kind: str) -> list[dict[str, Any]]:
        """Return the commands of this kind that have arrived and were not taken by ``expect`` yet."""
        return [command for command in self._commands if command["type"] == kind]

    async def send_event(self, kind: str, **event: Any) -> None:
        await self._connection.send(json.dumps({"type": kind, **event}))

    async def send_frame(self, frame: str) -> None:
        """Send any text, even if it is not an event."""
        await self._connection.send(frame)

    async def close(self, code: int) -> None:
        await self._connection.close(code)

    def drop(self) -> None:
        """Abort the connection as a broken network does, without a close frame."""
        self._connection.transport.abort()

    async def _take(self, command: dict[str, Any]) -> None:
        if command["type"] == "ping":
            self.pings += 1
            if self.answers_pings:
                await self.send_event("pong")
        elif command["type"] == "ack":
            self.acks.append((command["turn"], command["seq"]))
        else:
            self._commands.append(command)
        self._changes.notify()


class FakeSite:
    """Serves pages on a free port; ``pages`` maps paths, with or without a query, to a status and HTML."""

    def __init__(self) -> None:
        self.url = ""
        self.conversation = str(uuid.uuid4())
        self.pages: dict[str, Page] = {
            "/accounts/login/": (200, "<title>Sign in</title>"),
            "/conversations/": (200, "<ul><li>Conversations</li></ul>"),
            "/recordings/options/": (200, ""),
            f"/c/{self.conversation}/turns/": (204, ""),
        }
        self.audio: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.accepts_sockets = True
        self._admits = asyncio.Event()
        self._admits.set()
        self._sockets: asyncio.Queue[Socket] = asyncio.Queue()
        self._changes = Changes()
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await serve(self._talk, "127.0.0.1", 0, process_request=self._answer)
        self.url = f"http://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._server:
            self._server.close(close_connections=True)
            await self._server.wait_closed()

    async def socket(self) -> Socket:
        """Wait for the next WebSocket that the page opens and return it."""
        async with asyncio.timeout(SECONDS):
            return await self._sockets.get()

    def hold_sockets(self) -> None:
        """Delay the handshakes of new WebSockets."""
        self._admits.clear()

    def admit_sockets(self) -> None:
        """Complete the delayed handshakes."""
        self._admits.set()

    async def wait_for_requests(self, path: str, times: int) -> None:
        """Wait until the page has requested a path this many times."""
        await self._changes.wait_until(lambda: self.requests.count(path) >= times)

    def has_socket(self) -> bool:
        """Return whether the page has opened a WebSocket that ``socket`` has not returned yet."""
        return not self._sockets.empty()

    def show(self, *turns: str) -> None:
        """Put these turns on the page of the conversation."""
        self.pages[f"/c/{self.conversation}/"] = (200, conversation_page(self.conversation, turns))

    async def _talk(self, connection: ServerConnection) -> None:
        socket = Socket(connection)
        self._sockets.put_nowait(socket)
        await socket.read()

    async def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request.path)
        self._changes.notify()
        path = urlsplit(request.path).path
        if path == SOCKET:
            await self._admits.wait()
            return None if self.accepts_sockets else _response(503, b"", "text/plain")
        if path.startswith("/static/"):
            return _static(path.removeprefix("/static/"))
        if path in self.audio:
            return _part(self.audio[path], request.headers.get("Range", "bytes=0-"))
        status, html = self.pages.get(request.path) or self.pages.get(path, (404, ""))
        return _response(status, html.encode(), "text/html; charset=utf-8")


def _static(name: str) -> Response:
    path = finders.find(name)
    if not path:
        return _response(404, b"", "text/plain")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return _response(200, Path(path).read_bytes(), kind)


def _part(audio: bytes, byte_range: str) -> Response:
    """Return a part of a WAV file: a player can only seek if the server supports ranges."""
    start, _, end = byte_range.removeprefix("bytes=").partition("-")
    part = audio[int(start) : int(end) + 1 if end else None]
    response = _response(206, part, "audio/wav")
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Range"] = f"bytes {start}-{int(start) + len(part) - 1}/{len(audio)}"
    return response


def _response(status: int, body: bytes, kind: str) -> Response:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
    policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives)
    headers = Headers(
        {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Connection": "close",
        }
    )
    return Response(status, HTTPStatus(status).phrase, headers, body)
