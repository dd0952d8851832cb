"""The raw pump of the benchmark: Starlette on uvicorn, which passes tokens on and stores nothing."""

from __future__ import annotations

import sys

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from .plain_upstream import frames


async def chat(socket: WebSocket) -> None:
    """Answer each question on this socket, one after the other."""
    await socket.accept()
    try:
        while True:
            command = msgspec.json.decode(await socket.receive_text())
            if command["type"] == "ask":
                async for frame in frames(command["question"]):
                    await socket.send_text(frame)
    except WebSocketDisconnect:
        return


if __name__ == "__main__":
    application = Starlette(routes=[WebSocketRoute("/ws/chat/", chat)])
    uvicorn.run(
        application, port=int(sys.argv[1]), log_level="warning", ws="websockets-sansio", ws_per_message_deflate=False
    )
