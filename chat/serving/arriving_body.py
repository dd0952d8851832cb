"""The long body of a request, which a thread reads while it comes: no sooner, and no faster than it is stored.

Where the server can, the thread reads the connection itself: 100 MB a second through the event loop would delay the
words of every answer.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, Self

DETACH = "chatsite.detach"
"""The key of the scope with a function of the server, which gives the connection of a long body away."""
SILENCE_SECONDS = 60.0
"""How long the client may send nothing while it is waited for."""
SKIPPED_AT_ONCE = 256 * 1024


@dataclass(frozen=True)
class Detached:
    """A connection that its server reads no more, and what has come of the body before."""

    socket: socket.socket
    begin: bytes

    @classmethod
    def of(cls, descriptor: int, begin: bytes) -> Self:
        """Duplicate the connection: the server may close its own meanwhile."""
        copy = socket.socket(fileno=os.dup(descriptor))
        copy.settimeout(SILENCE_SECONDS)
        return cls(copy, begin)


class ArrivingBody:
    """A file whose ``read`` waits for what has not come yet. It ends early if the client leaves or falls silent.

    It is made in the event loop, and read in another thread, by one at a time.
    """

    def __init__(
        self,
        receive: Callable[[], Awaitable[Any]],
        length: int = 0,
        detach: Callable[[], Detached | None] | None = None,
    ) -> None:
        self.is_detached = False
        self._loop = asyncio.get_running_loop()
        self._receive = receive
        self._length = length
        self._detach = detach if length else None
        self._socket: socket.socket | None = None
        self._is_read = Lock()
        self._left = 0
        self._rest = b""
        self._has_ended = False
        self._reading: Future[list[bytes]] | None = None

    async def __call__(self) -> Any:
        """Stand in for ``receive`` where Django waits for a client that leaves: ``read`` ends then."""
        await self._loop.create_future()

    def read(self, size: int = -1, /) -> bytes:
        """Return up to so many bytes, as soon as they are there: fewer only at the end; without a size all of it."""
        if not size or (self._has_ended and not self._rest):
            return b""
        begin = b"".join(self._in_loop(size))
        missing = self._left if size < 0 else min(self._left, size - len(begin))
        rest = bytearray(missing)
        came = self._from_socket(memoryview(rest))
        return begin + rest[:came] if came else begin

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill the buffer as ``read`` would, without making new bytes of what is read from the connection."""
        came = 0
        for part in self._in_loop(len(buffer)):
            buffer[came : came + len(part)] = part
            came += len(part)
        return came + self._from_socket(buffer[came:])

    def skip(self) -> None:
        """Read the rest, for nobody: a client that still sends would not read the answer."""
        while self.read(SKIPPED_AT_ONCE):
            pass

    def close(self) -> None:
        """Read no more, whatever comes. For the event loop."""
        self._has_ended, self._rest, self._left = True, b"", 0
        if self._reading:
            self._reading.cancel()
        if self._socket:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RD)  # a thread that waits for it goes on
            if self._is_read.acquire(blocking=False):
                self._socket.close()
                self._is_read.release()

    def _in_loop(self, size: int) -> list[bytes]:
        """Return what the event loop has, or waits for; of a connection that is detached only what came before."""
        if not self._rest and (self._socket or self._has_ended):
            return []
        self._reading = asyncio.run_coroutine_threadsafe(self._take(size), self._loop)
        try:
            return self._reading.result()
        except CancelledError:
            return []

    async def _take(self, size: int) -> list[bytes]:
        self._try_to_detach()
        parts: list[bytes] = []
        while size and (part := self._rest or await self._more()):
            taken, self._rest = (part, b"") if size < 0 else (part[:size], part[size:])
            size -= len(taken) if size > 0 else 0
            parts.append(taken)
        return parts

    def _try_to_detach(self) -> None:
        """Take the connection from the server, the first time."""
        detach, self._detach = self._detach, None
        if not self._has_ended and (detached := detach and detach()):
            self.is_detached, self._has_ended = True, len(detached.begin) >= self._length
            self._socket, self._rest = detached.socket, detached.begin
            self._left = self._length - len(detached.begin)

    async def _more(self) -> bytes:
        while not self._has_ended and not self._socket:
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    message = await self._receive()
            except TimeoutError:
                message = {"type": "http.disconnect"}
            self._has_ended = not message.get("more_body", False)
            if body := message.get("body", b""):
                return bytes(body)
        return b""

    def _from_socket(self, buffer: memoryview) -> int:
        """Fill a buffer from the connection, if it is detached; at most to the end of the body."""
        if not buffer or not self._left or not self._socket:
            return 0
        with self._is_read:
            came = self._filled(self._socket, buffer[: self._left])
        if self._has_ended:
            self._socket.close()
        return came

    def _filled(self, connection: socket.socket, buffer: memoryview) -> int:
        came = 0
        try:
            while came < len(buffer) and self._left:
                length = _received(connection, buffer[came:])
                self._left = max(self._left - length, 0) if length else 0
                came += length
        except OSError:  # the client is gone, or silent
            self._left = 0
        self._has_ended = not self._left
        return came


def _received(connection: socket.socket, buffer: memoryview) -> int:
    """Fill a buffer, or begin it with what a slow client has sent meanwhile.

    The system wakes the thread up once for all of it, if it can: each time takes the interpreter from the event loop.
    """
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, len(buffer))
    try:
        return connection.recv_into(buffer)
    except TimeoutError:
        connection.settimeout(0)
        length = connection.recv_into(buffer)
        connection.settimeout(SILENCE_SECONDS)
        return length
