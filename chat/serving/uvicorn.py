"""uvicorn, with the same end as under Daphne: turns first, then the sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from django.conf import settings
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from .life import LEAVE_SECONDS, drain, start

PING_SECONDS = 4.0
PONG_SECONDS = 4.0
"""How long the answer to a ping may take. A dead peer holds one of its user's sockets until then."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own closes the connection of a dead peer when that has taken what is on its way: it never will."""

    def keepalive_timeout(self) -> None:
        """A ping was not answered."""
        super().keepalive_timeout()
        self.loop.call_later(LEAVE_SECONDS, self.transport.abort)


class UvicornServer(uvicorn.Server):
    """Listens, calls ``on_ready`` when it does, and drains on SIGTERM or SIGINT; a second signal ends it at once."""

    def __init__(self, application: Any, *, host: str, port: int, on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            application,
            host=host,
            port=port,
            log_level="warning",
            lifespan="off",
            server_header=False,
            # It would take the client's address for the peer's, and who may say who comes in goes by the peer's.
            proxy_headers=not settings.TRUSTED_PROXY,
            ws=WebSocketProtocol,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=PONG_SECONDS,
            ws_per_message_deflate=False,  # a few bytes a token: compressing them costs more than sending them
            timeout_graceful_shutdown=2,
        )
        super().__init__(config)
        self.failure = ""
        self._on_ready = on_ready
        self._end: asyncio.Future[None] | None = None

    async def startup(self, sockets: Any = None) -> None:
        """Listen, and say so."""
        self._loop = asyncio.get_running_loop()
        try:
            await super().startup(sockets)
        except SystemExit:  # uvicorn's way of saying that it cannot listen; it has logged why
            self.failure = "it could not listen there"
            self.should_exit = True
        else:
            await start()
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal."""
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
