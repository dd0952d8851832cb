"""The HTTP side of Daphne: how long the headers and the body of a request may be, and when a long body is read."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Protocol

from daphne.http_protocol import WebRequest
from twisted.internet import reactor
from twisted.web.http import HTTPChannel
from typing_extensions import override

from .arriving_body import Detached
from .life import BODY_LIMIT, HEADER_LIMIT
from .mailbox import Mailbox

WAITING = 256 * 1024
"""Bytes of a body that may wait for the application before no more are read."""
LEAVE_SECONDS = 60.0
"""How long a client may send the rest of a body after it was answered."""


class Channel(HTTPChannel):
    """Takes longer headers than Twisted does, and refuses longer ones with a status instead of silence."""

    MAX_LENGTH = HEADER_LIMIT
    totalHeadersSize = 2 * HEADER_LIMIT  # noqa: N815  # Twisted's name

    @override
    def lineLengthExceeded(self, line: bytes) -> None:
        transport: Any = self.transport  # whose declared interface is narrower
        transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n")
        transport.loseConnection()


class Connection(Protocol):
    """What a body comes from."""

    def pauseProducing(self) -> None:  # noqa: N802  # the names are Twisted's
        """Read no more."""

    def resumeProducing(self) -> None:  # noqa: N802
        """Read on."""


class Body(Mailbox):
    """The messages with a long body, while it comes: the connection is read no faster than they are taken."""

    __slots__ = ("_connection", "_is_paused", "_waiting", "has_ended")

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.has_ended = False
        self._connection = connection
        self._waiting, self._is_paused = 0, False

    def put_nowait(self, message: Any) -> None:
        """Add a message, except for Daphne's about the body: it takes that for an empty one."""
        if message["type"] != "http.request":
            super().put_nowait(message)

    def add(self, data: bytes) -> None:
        """Add what has come."""
        super().put_nowait({"type": "http.request", "body": data, "more_body": True})
        self._waiting += len(data)
        if self._waiting > WAITING and not self._is_paused:
            self._is_paused = True
            self._connection.pauseProducing()

    def end(self) -> None:
        """Note that all of it has come: who handles the request decides now when the connection is read."""
        self.has_ended = True
        super().put_nowait({"type": "http.request", "body": b"", "more_body": False})

    async def get(self) -> Any:
        """Remove and return the oldest message, once there is one, and read on."""
        message = await super().get()
        self._waiting -= len(message.get("body", b""))
        if self._waiting <= WAITING // 2:
            self.read_on()
        return message

    def give_up(self) -> bytes:
        """Read the connection no more, and return what has come: somebody else reads the rest."""
        self.has_ended = True
        self._connection.pauseProducing()
        messages, self._messages = self._messages, []
        return b"".join(message["body"] for message in messages)

    def read_on(self) -> None:
        """Let the connection be read again."""
        if self._is_paused and not self.has_ended:
            self._is_paused = False
            self._connection.resumeProducing()


class Request(WebRequest):  # type: ignore[misc]  # Daphne has no types
    """Is refused as soon as its body is too long, and served before a long ``body`` has come.

    Twisted would store all of it before anybody is asked, in the event loop, and Daphne read it again there.
    """

    content: Any
    body: Body | None = None
    _came = 0
    _is_refused = _is_answered = False

    @override
    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        is_long = not isinstance(self.content, BytesIO)
        if is_long:
            self.content.close()
            self.content = BytesIO()
        self._refuse_beyond(length or 0, 0 if is_long and self._is_handshake() else BODY_LIMIT)
        if is_long and not self._is_refused:
            self.body = Body(self.channel.transport)
            line = ("_command", "_path", "_version")  # Twisted passes it on once the body has come
            super().requestReceived(*(getattr(self.channel, name) for name in line))

    @override
    def handleContentChunk(self, data: bytes) -> None:
        self._came += len(data)
        self._refuse_beyond(self._came, BODY_LIMIT)
        if self._is_refused or self._is_answered:
            return
        if self.body:
            self.body.add(data)
        else:
            super().handleContentChunk(data)

    @override
    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Serve the request, or end its body if it is served already."""
        if self.body and not self._is_refused:
            self.body.end()
            if self._is_answered:
                super().finish()
        elif not self._is_refused:
            super().requestReceived(command, path, version)

    @override
    def finish(self) -> None:
        """End the response; if the body has not come yet, once it has: some clients read the answer only then."""
        if self.body and not self.body.has_ended and not self._is_refused and not self._disconnected:
            self._is_answered = True
            self.body.read_on()
            later: Any = reactor
            later.callLater(LEAVE_SECONDS, self._leave)
        else:
            super().finish()

    def detach(self) -> Detached | None:
        """Give the connection to the reader of the body; it is closed after the response. None if all has come."""
        if not self.body or self.body.has_ended or self._disconnected:
            return None
        self.channel.persistent = False
        self.channel.setTimeout(None)
        return Detached.of(self.channel.transport.getHandle().fileno(), self.body.give_up())

    def _leave(self) -> None:
        if not self.finished and not self._disconnected:
            self.channel.transport.abortConnection()

    def _is_handshake(self) -> bool:
        """Return whether Daphne makes a socket of it, for which a body means nothing."""
        return bool(self.requestHeaders.getRawHeaders(b"Upgrade", [b""])[0].lower() == b"websocket")

    def _refuse_beyond(self, length: int, limit: int) -> None:
        if length > limit and not self._is_refused:
            self._is_refused = True
            if not self.startedWriting:
                self.channel.transport.write(b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n\r\n")
            self.channel.transport.loseConnection()


def with_limit(channel: Channel) -> Channel:
    """Let the requests of a connection be ``Request``; Daphne sets another class on each."""
    channel.requestFactory = Request
    return channel
