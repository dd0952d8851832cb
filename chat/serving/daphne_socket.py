"""A WebSocket of Daphne with backpressure in both directions, with close codes, and with statuses for refusals."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from autobahn.websocket.types import ConnectionDeny
from daphne.ws_protocol import WebSocketProtocol
from typing_extensions import override

from .backpressure import Backpressure
from .frames import text_frame

MESSAGES_WAITING = 64
"""How many messages may wait for the application before no more are read."""
_SUBPROTOCOL = "sec-websocket-protocol"


class DaphneSocket(WebSocketProtocol):  # type: ignore[misc]  # Daphne has no types
    """Holds back what the application sends while the client does not read, and the reverse.

    Allows all close codes, not only 1000 and 3000 to 4999 as Autobahn does.
    """

    application_queue: asyncio.Queue[Any]
    odd_headers: tuple[tuple[bytes, bytes], ...] = ()
    """Headers with which Daphne would fail; the application refuses them."""
    _room: Backpressure | None = None
    _status = HTTPStatus.FORBIDDEN

    @override
    def onConnect(self, request: Any) -> Any:
        subprotocol = request.headers.get(_SUBPROTOCOL, "")
        if not subprotocol.isascii():
            del request.headers[_SUBPROTOCOL]
            self.odd_headers = ((_SUBPROTOCOL.encode(), subprotocol.encode("latin-1", "replace")),)
        return super().onConnect(request)

    @override
    def onOpen(self) -> None:
        """Forget the headers of the handshake, which would stay as long as the socket."""
        super().onOpen()
        self.request.headers = self.http_headers = None
        self.clean_headers.clear()  # which is also in the scope
        self.http_request_data = b""

    @override
    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # Autobahn's name
        super().onMessage(payload, isBinary)
        if self.application_queue.qsize() >= MESSAGES_WAITING:
            self.transport.pauseProducing()

    def taken(self) -> None:
        """Read on: the application has taken a message."""
        if self.application_queue.qsize() < MESSAGES_WAITING:
            self.transport.resumeProducing()

    async def send(self, message: Any) -> None:
        """Send the application's message; a text of an open socket as the one frame that it is, and at once."""
        text = message.get("text")
        if text is not None:
            await self.room()
        if text is None or self.state != self.STATE_OPEN or self.send_queue or self._perMessageCompress:
            await self.server.handle_reply(self, message)
            return
        frame = text_frame(text.encode())
        # Twisted's own way is to wait for the socket to be writable, which takes two calls of the system more.
        waits = self.transport.dataBuffer or self.transport._tempDataLen  # noqa: SLF001  # no public name
        sent = 0 if waits or not self.transport.connected else self.transport.writeSomeData(frame)
        if sent != len(frame):
            self.transport.write(frame[sent:] if isinstance(sent, int) and sent > 0 else frame)

    async def room(self) -> None:
        """Return when more may be sent, or when the connection is gone."""
        if self._room is None:
            self.transport.unregisterProducer()  # that of the HTTP request which asked for the socket
            self._room = Backpressure(self.transport)
        await self._room.wait()

    @override
    def handle_reply(self, message: Any) -> None:
        """Send the application's message; also the status with which it refuses a handshake."""
        if message["type"] == "websocket.http.response.start":
            self._status = HTTPStatus(message["status"])
        elif message["type"] == "websocket.http.response.body":
            self.serverReject()
        else:
            super().handle_reply(message)

    @override
    def serverReject(self) -> None:
        denial: Any = ConnectionDeny  # has no types
        self.handshake_deferred.errback(denial(code=self._status.value, reason=self._status.phrase))
        del self.handshake_deferred
        self.server.protocol_disconnected(self)

    @override
    def serverClose(self, code: int | None = None) -> None:
        if self._room:
            self._room.end()
        self.sendCloseFrame(code=int(code or 1000))
