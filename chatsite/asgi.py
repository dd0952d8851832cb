"""The ASGI application: pages and sockets."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
pages = get_asgi_application()  # before anything that needs the apps

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.sessions import CookieMiddleware  # noqa: E402
from django.conf import settings  # noqa: E402

from chat.routing import websocket_urlpatterns  # noqa: E402
from chat.serving.life import drain, start  # noqa: E402

from .origin import ExactOrigin  # noqa: E402

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

_sockets: Any = CookieMiddleware(URLRouter(websocket_urlpatterns))
_protocols: Any = ProtocolTypeRouter({"http": pages, "websocket": ExactOrigin(_sockets, settings.ORIGINS)})


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Answer one connection. The first one starts the work of this process, unless its server did."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    await start()
    # Daphne takes the root path from a header that any client can send.
    await _protocols({**scope, "root_path": settings.FORCE_SCRIPT_NAME or ""}, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await drain(lambda: None)  # the server that says so has stopped listening by itself
    await send({"type": "lifespan.shutdown.complete"})
