"""The addresses of the sockets."""

from typing import Any

from django.urls import path

from .live.consumer import ChatConsumer

websocket_urlpatterns: list[Any] = [  # Channels puts applications where Django has views
    path("ws/chat/", ChatConsumer.as_asgi())  # type: ignore[arg-type]
]
