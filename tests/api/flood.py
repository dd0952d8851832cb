"""``python -m tests.api.flood daphne <port>``: our server, with an application that sends more than a client reads.

It prints how many bytes the server had accepted when it first accepted no more for ``HELD_UP_SECONDS``, and does not
end its response.
"""

from __future__ import annotations

import asyncio
import sys
from importlib import import_module
from typing import Any

import django

PIECE = b"x" * 64 * 1024
MOST = 64 * 1024 * 1024
HELD_UP_SECONDS = 0.5


async def application(scope: Any, receive: Any, send: Any) -> None:
    sent = 0
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    try:
        while sent < MOST:
            async with asyncio.timeout(HELD_UP_SECONDS):
                await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            sent += len(PIECE)
    except TimeoutError:
        pass
    say(sent)


def say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def nothing(*_: object) -> None:
    """Do nothing: there are no turns to drive."""


def main(server: str, port: str) -> None:
    django.setup()
    module = import_module(f"chat.serving.{server}")
    module.start = module.drain = nothing  # type: ignore[attr-defined]
    kind = {"daphne": "DaphneServer", "uvicorn": "UvicornServer"}[server]
    getattr(module, kind)(application, host="127.0.0.1", port=int(port), on_ready=lambda: say("ready")).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
