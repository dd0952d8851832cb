"""uvicorn with the same shutdown as Daphne: turns first, then the sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import FrameType
from typing import Any, cast

import uvicorn
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets import http11
from websockets.protocol import OPEN

from .arriving_body import DETACH, Detached
from .frames import text_frame
from .gate import Gate
from .life import HEADER_LIMIT, LEAVE_SECONDS, MESSAGE_LIMIT, drain, start
from .mailbox import Mailbox
from .pings import interval, together

PING_SECONDS = 4.0
PONG_SECONDS = 4.0
"""How long a pong may take. Until then a dead peer counts as one of its user's sockets."""
MESSAGES_WAITING = 64
"""How many messages may wait for the application before no more are read."""
SHORT_MESSAGE = 4096
"""Bytes of a message that may wait; after a longer one nothing is read until it is taken."""


http11.MAX_LINE_LENGTH = HEADER_LIMIT  # its own 8 KiB can only be changed by a variable of the environment


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """A protocol that answers handshakes it cannot take, and aborts the connections of dead peers.

    uvicorn's own leaves the former without an answer, and waits until the latter have read the rest.
    """

    _heard_at = 0.0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.queue = cast(Any, Mailbox())
        self.writable = cast(Any, Gate())

    @override
    def data_received(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        super().data_received(data)
        if self.conn.handshake_exc and not self.handshake_initiated:
            self.handshake_complete = True
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    @override
    def send_receive_event_to_app(self) -> None:
        """Pass a message on; stop reading, which takes calls of the system, only after a long one or if many wait."""
        is_short = self.queue.qsize() < MESSAGES_WAITING and sum(map(len, self.frames)) < SHORT_MESSAGE
        was_paused, self.read_paused = self.read_paused, self.read_paused or is_short
        super().send_receive_event_to_app()
        if is_short:
            self.read_paused = was_paused

    @override
    async def send(self, message: Any) -> None:
        """Send a message; a text of an open socket as the one frame that it is."""
        text = message.get("text")
        if text is not None and self.conn.state is OPEN and self.handshake_complete and not self.close_sent:
            await self.writable.wait()
            if not self.disconnected:
                self.transport.write(text_frame(text.encode()))
                return
        await super().send(message)
        if message["type"] == "websocket.accept":
            self.scope["headers"] = []  # else all headers of the handshake would stay as long as the socket
            del self.request, self.response
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True  # else uvicorn logs that there was no answer

    @override
    def schedule_ping(self) -> None:
        self.ping_interval = interval(PING_SECONDS, len(self.connections))
        self._ping_in(self.ping_interval - self.last_ping_rtt)

    @override
    def send_keepalive_ping(self) -> None:
        """Ping, if the client has been silent as long as that: the pages send something every three seconds."""
        silent = self.loop.time() - self._heard_at
        if silent < 0.9 * PING_SECONDS:
            self._ping_in(PING_SECONDS - silent)
        else:
            super().send_keepalive_ping()

    def _ping_in(self, seconds: float) -> None:
        self.ping_timer = self.loop.call_at(together(self.loop.time() + seconds), self.send_keepalive_ping)

    @override
    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.loop.call_later(LEAVE_SECONDS, self.transport.abort)


class HttpProtocol(H11Protocol):
    """A protocol that can give the connection of a long body to its reader."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        application: Any = self.app
        self.app = lambda scope, receive, send: application({**scope, DETACH: self.detach}, receive, send)

    def detach(self) -> Detached | None:
        """Read the connection no more; it is closed after the response. None if all has come, or nothing may."""
        cycle = self.cycle
        if not cycle or not cycle.more_body or cycle.disconnected or cycle.waiting_for_100_continue:
            return None
        self.flow.pause_reading()
        begin = bytes(cycle.body)
        cycle.body = bytearray()
        return Detached.of(self.transport.get_extra_info("socket").fileno(), begin)


class UvicornServer(uvicorn.Server):
    """Calls ``on_ready`` once it listens, and drains on SIGTERM or SIGINT; a second signal stops it at once."""

    def __init__(self, application: Any, *, host: str, port: int, on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            application,
            host=host,
            port=port,
            log_level="warning",
            log_config=None,  # its lines go where ours go, in the same form
            lifespan="off",
            server_header=False,
            # They would replace the peer's address, by which a proxy is recognised; ``chatsite.peer`` reads them.
            proxy_headers=False,
            http=HttpProtocol,
            ws=WebSocketProtocol,
            ws_max_size=MESSAGE_LIMIT,
            h11_max_incomplete_event_size=2 * HEADER_LIMIT,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=PONG_SECONDS,
            ws_per_message_deflate=False,  # a token has a few bytes: compressing costs more than sending
            timeout_graceful_shutdown=2,
        )
        super().__init__(config)
        self.failure = ""
        self._on_ready = on_ready
        self._end: asyncio.Future[None] | None = None

    @override
    async def startup(self, sockets: Any = None) -> None:
        """Listen, and start the work of the process. ``failure`` says if it could not listen."""
        self._loop = asyncio.get_running_loop()
        try:
            await super().startup(sockets)
        except SystemExit:  # uvicorn raises it, and logs why, if it cannot listen
            self.failure = "uvicorn could not listen there"
            self.should_exit = True
        else:
            await start()
            self._on_ready()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._end is None:
            self._end = asyncio.run_coroutine_threadsafe(self._drain_and_stop(), self._loop)  # type: ignore[assignment]
        else:
            self.should_exit = self.force_exit = True

    async def _drain_and_stop(self) -> None:
        await drain(self._stop_listening)
        self.should_exit = True

    def _stop_listening(self) -> None:
        for server in self.servers:
            server.close()
