"""The addresses of the sockets."""

from collections.abc import Coroutine
from typing import Any

from django.urls import path

from .live.consumer import ChatConsumer


def _chat(scope: Any, receive: Any, send: Any) -> Coroutine[Any, Any, None]:
    """Return the coroutine of a socket. That of Channels waits for it in another one, which keeps the scope."""
    return ChatConsumer()(scope, receive, send)


websocket_urlpatterns: list[Any] = [  # Channels puts applications where Django has views
    path("ws/chat/", _chat)  # type: ignore[arg-type]
]
