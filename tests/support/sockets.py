"""A WebSocket client for tests: signed in like a browser, and as forgetful or hostile as a test needs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore

from chat.models import LoginSession

PATIENCE = 20


class Client:
    """One socket. ``receive`` returns the next event, ``read`` all events up to one of a type."""

    def __init__(
        self, application: Any, session_key: str | None = None, origin: str | None = settings.ORIGINS[0]
    ) -> None:
        headers = [(b"host", b"127.0.0.1")]
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        if session_key:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session_key}".encode()))
        self.socket = WebsocketCommunicator(application, "/ws/chat/", headers=headers)

    async def open(self) -> bool:
        accepted, _ = await self.socket.connect(timeout=PATIENCE)
        return accepted

    async def close(self) -> None:
        await self.socket.disconnect()

    async def send(self, **command: object) -> None:
        await self.socket.send_to(text_data=json.dumps(command, default=str))

    async def ask(self, question: str, conversation: object = None, **more: object) -> str:
        """Ask and return the request id."""
        request = str(more.pop("request_id", uuid4()))
        recordings = more.pop("recordings", [])
        await self.send(
            type="ask", request_id=request, conversation=conversation, question=question, recordings=recordings, **more
        )
        return request

    async def asked(self, question: str, conversation: object = None, **more: object) -> str:
        """Ask and return the id of the new turn."""
        request = await self.ask(question, conversation, **more)
        while True:
            [*_, accepted] = await self.read("accepted")
            if accepted["request_id"] == request:
                return str(accepted["turn"])

    async def receive(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(await self.socket.receive_from(timeout=PATIENCE))
        return event

    async def read(self, until: str, turn: str | None = None) -> list[dict[str, Any]]:
        """Return the events up to and including the first of type ``until`` (of one turn, if given)."""
        seen = []
        async with asyncio.timeout(PATIENCE):
            while True:
                seen.append(await self.receive())
                if seen[-1]["type"] == until and turn in (None, seen[-1].get("turn")):
                    return seen

    async def closed(self) -> int:
        """Skip events until the server closes the socket, and return the close code."""
        while True:
            output = await self.socket.receive_output(timeout=PATIENCE)
            if output["type"] == "websocket.close":
                return int(output["code"])


def sign_in(user: User, login: LoginSession | None = None) -> str:
    """Create a Django session of ``user`` as sign-in does, and return its key."""
    login = login or LoginSession.objects.create(user=user)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[LoginSession.SESSION_KEY] = str(login.uuid)
    session.create()
    return str(session.session_key)


Open = Callable[[str | None], Awaitable[Client]]
