"""A site behind a proxy that signs users in, and requests that come through the proxy or bypass it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

from pytest_django import Settings

from chatsite import asgi

PROXY, STRANGER = "10.1.2.3", "10.9.9.9"
MIDDLEWARE = "chat.accounts.forwarded_user.ForwardedUserMiddleware"
Headers = Sequence[tuple[str, str]]


def trust(settings: Settings) -> None:
    """Change the settings as ``TRUSTED_PROXY=10.1.2.0/24`` does."""
    settings.TRUSTED_PROXY = "10.1.2.0/24"
    settings.TRUSTED_NETWORKS = [ip_network(settings.TRUSTED_PROXY)]
    settings.AUTHENTICATION_BACKENDS = ["chat.accounts.forwarded_user.ForwardedUserBackend"]
    place = settings.MIDDLEWARE.index("chat.accounts.login_sessions.SignedInMiddleware")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], MIDDLEWARE, *settings.MIDDLEWARE[place:]]


class Browser:
    """Sends requests through the whole application, and stores its cookies."""

    def __init__(self) -> None:
        self.application = asgi.protocols()
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, *headers: tuple[str, str], peer: str = PROXY, method: str = "GET") -> Any:
        """Send a request and return the status, headers (by name) and text of the response."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = [("host", "127.0.0.1"), ("cookie", cookie), *headers]
        raw = [(name.lower().encode(), value.encode()) for name, value in sent]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "headers": raw,
            "client": [peer, 4711],
            "scheme": "http",
        }
        start, body = await _answer(self.application, scope)
        received = [(name.decode().lower(), value.decode()) for name, value in start["headers"]]
        for name, value in received:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return {"status": start["status"], "headers": dict(received), "text": body.decode()}

    async def who(self, *headers: tuple[str, str], peer: str = PROXY) -> str:
        """Return the name of the user whom the site recognises; empty if there is none."""
        page = await self.get("/accounts/login/", *headers, peer=peer)
        return str(page["text"].partition("signed you in as <bdi>")[2].partition("<")[0])


async def _answer(application: Any, scope: dict[str, Any]) -> tuple[Any, bytes]:
    """Return the start message and the body of an application's response to one request."""
    messages: list[Any] = []
    requests: asyncio.Queue[Any] = asyncio.Queue()
    requests.put_nowait({"type": "http.request", "body": b"", "more_body": False})

    async def send(message: Any) -> None:
        messages.append(message)

    await application({"query_string": b"", **scope}, requests.get, send)
    return messages[0], b"".join(message["body"] for message in messages[1:])
