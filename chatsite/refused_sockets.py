"""Sockets that are refused before anything of ours reads from them, each kind with its line in the log."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from channels.security.websocket import WebsocketDenier

Application = Callable[..., Awaitable[None]]

logger = logging.getLogger(__name__)

_STATUS = {"404": HTTPStatus.NOT_FOUND, "malformed": HTTPStatus.BAD_REQUEST}
_RESPONSE = "websocket.http.response"


async def refuse(scope: dict[str, Any], receive: Any, send: Any, kind: str, reason: str, *values: object) -> None:
    """Deny a handshake (403, or the status of its kind), and log why: ``kind`` is that of ``chatsite.log``."""
    logger.warning(f"Refused a socket: {reason}", *values, extra={"refused": kind})
    if kind in _STATUS and _RESPONSE in scope.get("extensions", {}):
        status = _STATUS[kind]
        await send(
            {"type": f"{_RESPONSE}.start", "status": status.value, "headers": [(b"content-type", b"text/plain")]}
        )
        await send({"type": f"{_RESPONSE}.body", "body": f"{status.phrase}\n".encode()})
        return
    await WebsocketDenier()(scope, receive, send)  # type: ignore[arg-type]  # its stubs want the exact keys of a scope


async def unknown_path(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Deny a handshake whose path is not that of a socket of ours."""
    await refuse(scope, receive, send, "404", "there is none at %s", scope["path"])


class PlainSubprotocols:
    """Refuses (400) a handshake that asks for a subprotocol with other characters than ASCII, which none can have."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
        """Pass the handshake on, or deny it."""
        asked_for = b"".join(value for name, value in scope["headers"] if name.lower() == b"sec-websocket-protocol")
        if asked_for.isascii():
            return self._application(scope, receive, send)
        return refuse(scope, receive, send, "malformed", "its subprotocol is not ASCII: %r", asked_for)
