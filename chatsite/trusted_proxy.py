"""Who a request comes from, as the proxy in front of the site says it, and as nobody else can."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from chat.forwarded import USER_HEADERS, Forwarded

Application = Callable[..., Awaitable[None]]
Network = IPv4Network | IPv6Network
Headers = Iterable[tuple[bytes, bytes]]

_EMAIL, _NAME, _TOKEN = b"x-forwarded-email", b"x-forwarded-preferred-username", b"x-forwarded-access-token"
_IDENTITY = {*(name.lower().encode() for name in USER_HEADERS), _TOKEN, b"remote-user"}
_USER = re.compile(r"[^\s,;\x00-\x1f\x7f-\x9f]{1,150}")
"""What may be the name of a user: as long as Django stores it, and without what separates several values."""
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,150}")


class TrustedProxy:
    """Puts what the proxy says into ``scope["forwarded"]``, and takes every header that says such a thing away.

    What it puts there is None while no proxy is trusted, and for a socket about whose user the proxy says nothing
    (whose session then counts); otherwise a ``Forwarded``, which names nobody when the peer is not one of the
    ``networks`` or when a header is missing, repeated or malformed. Nothing behind this reads the headers themselves:
    servers and frameworks fold ``X_Forwarded_User`` and ``X-Forwarded-User`` into one, and join what is sent twice.
    """

    def __init__(
        self, application: Application, networks: Collection[Network], *, user_header: str, ends_tls: bool = False
    ) -> None:
        self._application = application
        self._networks = networks
        self._user_header = user_header.lower().encode()
        self._ends_tls = ends_tls

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the connection on."""
        others = [(name, value) for name, value in scope["headers"] if not _speaks_of_identity(name)]
        told = {**scope, "headers": others, "forwarded": self._forwarded(scope)}
        if self._networks and self._is_from_proxy(scope):
            told["headers"] = _with_original_host(others)
            if self._ends_tls:
                told["scheme"] = "https" if scope["type"] == "http" else "wss"
        await self._application(told, receive, send)

    def _forwarded(self, scope: dict[str, Any]) -> Forwarded | None:
        if not self._networks:
            return None
        if not self._is_from_proxy(scope):
            return Forwarded()
        said = _said(scope["headers"])
        if scope["type"] == "websocket" and not said:
            return None
        if any(len(values) > 1 for values in said.values()):
            return Forwarded()  # one of them is the client's, and nobody knows which
        user = _text(said[self._user_header], _USER)
        if not user:
            return Forwarded()
        token = b"".join(said[_TOKEN]).decode("ascii", "ignore").strip()
        return Forwarded(user, email=_text(said[_EMAIL], _USER), name=_text(said[_NAME], _LINE), token=token)

    def _is_from_proxy(self, scope: dict[str, Any]) -> bool:
        try:
            peer = ip_address((scope.get("client") or ("",))[0])
        except ValueError:
            return False
        if isinstance(peer, IPv6Address) and peer.ipv4_mapped:
            peer = peer.ipv4_mapped
        return any(peer in network for network in self._networks)


def _speaks_of_identity(name: bytes) -> bool:
    """Whether some server or framework could take this header for one that names the user."""
    return name.lower().replace(b"_", b"-").removeprefix(b"http-") in _IDENTITY


def _said(headers: Headers) -> defaultdict[bytes, list[bytes]]:
    """The values of each header that names a user, written exactly as the proxy writes it but for the case."""
    said: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for name, value in headers:
        if name.lower() in _IDENTITY:
            said[name.lower()].append(value)
    return said


def _text(values: list[bytes], pattern: re.Pattern[str]) -> str:
    """The text of a value that was said once, in UTF-8, and looks as it should; otherwise nothing."""
    try:
        text = b"".join(values).decode().strip(" \t")
    except UnicodeDecodeError:
        return ""
    return text if pattern.fullmatch(text) else ""


def _with_original_host(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The host that the client named, where the proxy asks for another one and says so (ALLOWED_HOSTS counts)."""
    original = [value for name, value in headers if name.lower() == b"x-forwarded-host"]
    if len(original) != 1:
        return headers
    return [*((name, value) for name, value in headers if name.lower() != b"host"), (b"host", original[0])]
