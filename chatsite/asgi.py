"""The ASGI application: pages and sockets."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup(set_prefix=False)  # before anything that needs the apps

from django.conf import settings  # noqa: E402

from chat.routing import websocket_urlpatterns  # noqa: E402
from chat.serving.life import drain, start  # noqa: E402

from .bodies import PageHandler  # noqa: E402
from .origin import ExactOrigin  # noqa: E402
from .peer import ClientAddress  # noqa: E402
from .refused_sockets import PlainSubprotocols, unknown_path  # noqa: E402
from .routes import ByPath, ByType, WithCookies  # noqa: E402
from .trusted_proxy import TrustedProxy  # noqa: E402

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def protocols() -> Any:
    """Return the application for pages and sockets, behind the proxy that the settings trust, if any."""
    sockets = PlainSubprotocols(WithCookies(ByPath(websocket_urlpatterns, unknown_path)))
    pages: Any = PageHandler()
    pages_and_sockets = ByType({"http": pages, "websocket": ExactOrigin(sockets, settings.ORIGINS)})
    return TrustedProxy(
        ClientAddress(pages_and_sockets, settings.PROXY_ADDRESSES),
        settings.TRUSTED_NETWORKS,
        user_header=settings.TRUSTED_PROXY_USER_HEADER,
        groups_header=settings.TRUSTED_PROXY_GROUPS_HEADER,
        ends_tls=settings.HTTPS and settings.TRUSTED_PROXY == "databricks-apps",
    )


_protocols = protocols()


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve one connection. The first one starts the work of this process, unless its server has done so."""
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
    await drain(lambda: None)  # a server with lifespan events has stopped listening by now
    await send({"type": "lifespan.shutdown.complete"})
