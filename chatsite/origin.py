"""Sockets are opened by our own pages only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any

from channels.security.websocket import WebsocketDenier

Application = Callable[..., Awaitable[None]]


class ExactOrigin:
    """Refuses (403) a handshake without exactly one ``Origin``, or whose origin is not literally one of ours.

    Browsers write an origin in one way only: scheme, host and port, in lower case. Anything else was not sent by one
    of our pages. (Channels' own validators compare hosts, or parse what a stranger wrote.)
    """

    def __init__(self, application: Application, origins: Collection[str]) -> None:
        self._application = application
        self._origins = frozenset(origins)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the handshake on, or deny it."""
        named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        is_ours = len(named) == 1 and named[0] in self._origins
        answer: Application = self._application if is_ours else WebsocketDenier()
        await answer(scope, receive, send)
