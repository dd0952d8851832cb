"""A bare Channels consumer for the benchmark, on Daphne or uvicorn: it passes tokens on and stores nothing."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import django
import msgspec
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path
from typing_extensions import override

from .plain_upstream import frames


class Consumer(AsyncWebsocketConsumer):
    """Answers each question on its socket."""

    channel_layer_alias = "none"

    @override
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        command = msgspec.json.decode(text_data or "{}")
        if command["type"] == "ask":
            self._task = asyncio.create_task(self._answer(command["question"]))

    async def _answer(self, question: str) -> None:
        async for frame in frames(question):
            await self.send(frame)


def main(server: str, port: int) -> None:
    """Serve until the process is ended."""
    settings.configure(CHANNEL_LAYERS={}, USE_TZ=True)
    django.setup()
    consumer: Any = Consumer.as_asgi()
    application: Any = ProtocolTypeRouter({"websocket": URLRouter([path("ws/chat/", consumer)])})
    if server == "uvicorn":
        import uvicorn

        uvicorn.run(
            application,
            port=port,
            log_level="warning",
            lifespan="off",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
        )
        return
    from daphne.server import Server

    Server(application, endpoints=[f"tcp:port={port}:interface=127.0.0.1"], signal_handlers=False).run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
