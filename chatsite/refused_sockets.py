"""Sockets that are refused before anything of ours reads from them, each kind with its line in the log."""

from __future__ import annotations

import logging
from typing import Any

from channels.security.websocket import WebsocketDenier

logger = logging.getLogger(__name__)


async def refuse(scope: dict[str, Any], receive: Any, send: Any, kind: str, reason: str, *values: object) -> None:
    """Deny a handshake (403), and log why: ``kind`` is that of ``chatsite.log``."""
    logger.warning(f"Refused a socket: {reason}", *values, extra={"refused": kind})
    await WebsocketDenier()(scope, receive, send)  # type: ignore[arg-type]  # its stubs want the exact keys of a scope


async def unknown_path(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Deny a handshake whose path is not that of a socket of ours."""
    await refuse(scope, receive, send, "404", "there is none at %s", scope["path"])
