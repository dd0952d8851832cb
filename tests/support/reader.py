"""A client of a running site that reads like the page: it tracks its seq, and resumes there after a disconnection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Self
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from .signing_in import signed_in_cookie
from .site_process import SiteProcess

PATIENCE = 60


class Reader:
    """One socket of a signed-in user. ``text`` and ``seq`` are the text and the last chunk read of each turn."""

    headers: Sequence[tuple[str, str]] = ()

    def __init__(self, site: SiteProcess, username: str = "demo", headers: Sequence[tuple[str, str]] = ()) -> None:
        """Sign in with a link, or with the ``headers`` of a trusted proxy."""
        self.site = site
        self.headers = headers
        self.cookie = site.cookie(*headers) if headers else signed_in_cookie(site, username)
        self.text: dict[str, str] = {}
        self.seq: dict[str, int] = {}
        self.ended: dict[str, dict[str, Any]] = {}
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._socket:
            await self._socket.close()

    async def open(self) -> None:
        """Connect, or reconnect."""
        self._socket = await connect(
            self.site.url.replace("http", "ws") + "/ws/chat/",
            origin=self.site.url,  # type: ignore[arg-type]  # a NewType of str
            additional_headers=[("Cookie", self.cookie), *self.headers],
        )

    async def ask(self, question: str, conversation: str | None = None, **more: object) -> dict[str, Any]:
        """Ask and return the ``accepted`` event."""
        request = str(more.pop("request_id", uuid4()))
        ask: dict[str, object] = {
            "type": "ask",
            "request_id": request,
            "conversation": conversation,
            "question": question,
            "recordings": [],
        }
        await self.send(**(ask | more))
        return await self.until(lambda event: event["type"] == "accepted" and event["request_id"] == request)

    async def send(self, **command: object) -> None:
        assert self._socket
        await self._socket.send(json.dumps(command))

    async def follow(self, turn: str) -> None:
        """Follow a turn from the last chunk that this reader has."""
        await self.send(type="follow", turn=turn, after=self.seq.get(turn, 0))

    async def until_end(self, turn: str) -> dict[str, Any]:
        """Read until a turn has ended, and return its terminal event."""
        if turn not in self.ended:
            await self.until(lambda _: turn in self.ended)
        return self.ended[turn]

    async def until_words(self, turn: str, words: int) -> None:
        """Read until this many words of a turn have arrived."""
        await self.until(lambda _: len(self.text.get(turn, "").split()) >= words)

    async def until(self, is_it: Any) -> dict[str, Any]:
        """Read up to the first event for which ``is_it`` holds, and return it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                event = await self.receive()
                if is_it(event):
                    return event

    async def receive(self) -> dict[str, Any]:
        """Record and return the next event. A token that does not continue the text is an error of the site."""
        assert self._socket
        event: dict[str, Any] = json.loads(await self._socket.recv())
        turn = event.get("turn", "")
        if event["type"] == "token":
            assert event["after"] == self.seq.get(turn, 0), event
            self.seq[turn] = event["seq"]
            self.text[turn] = self.text.get(turn, "") + event["content"]
            with suppress(ConnectionClosed):  # earlier events are still to be read
                await self.send(type="ack", turn=turn, seq=event["seq"])
        elif event["type"] in ("done", "error") and turn:
            self.ended[turn] = event
        return event
