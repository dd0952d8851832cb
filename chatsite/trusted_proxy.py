"""The user of a request, as the trusted proxy in front of the site, and nobody else, can name them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Collection, Iterable
from typing import Any

from asgiref.sync import markcoroutinefunction

from chat.forwarded import ACCESS_TOKEN_HEADER, USER_HEADERS, Forwarded

from .peer import Application, Network, is_in, peer_of

Headers = Iterable[tuple[bytes, bytes]]

_EMAIL, _NAME = b"x-forwarded-email", b"x-forwarded-preferred-username"
_TOKEN = ACCESS_TOKEN_HEADER.lower().encode()
_IDENTITY = {*(name.lower().encode() for name in USER_HEADERS), _TOKEN, b"remote-user"}
_USER = re.compile(r"[^\s,;\x00-\x1f\x7f-\x9f]{1,150}")
"""A valid name of a user: no longer than Django stores, and without characters that separate several values."""
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,150}")
_GROUPS = re.compile(r"[^\x00-\x1f\x7f-\x9f]{0,16000}")
"""The names of groups, separated by commas; an empty header says that the user is in none."""


class TrustedProxy:
    """Stores what the proxy sends about the user in ``scope["forwarded"]``, and removes all headers about the user.

    It stores None if no proxy is trusted, and for a socket about whose user the proxy sends nothing (its session then
    counts). Otherwise it stores a ``Forwarded``, which names nobody if the peer is not in ``networks``, or if a header
    is missing, repeated or malformed. Inner applications must not read the headers: servers and frameworks merge
    ``X_Forwarded_User`` with ``X-Forwarded-User``, and join repeated headers.
    """

    def __init__(
        self,
        application: Application,
        networks: Collection[Network],
        *,
        user_header: str,
        groups_header: str = "",
        ends_tls: bool = False,
    ) -> None:
        self._application = application
        self._networks = networks
        self._user_header = user_header.lower().encode()
        self._groups_header = groups_header.lower().encode()
        self._identity = _IDENTITY | ({self._groups_header} if groups_header else set())
        self._ends_tls = ends_tls
        markcoroutinefunction(self)  # it returns the coroutine of the application, so that no frame keeps the scope

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
        """Pass the connection on with the changed scope."""
        other_headers = [header for header in scope["headers"] if not self._is_about_identity(header[0])]
        inner_scope = {**scope, "headers": other_headers, "forwarded": self._forwarded(scope)}
        if self._networks and self._is_from_proxy(scope):
            inner_scope["headers"] = _with_original_host(other_headers)
            if self._ends_tls:
                inner_scope["scheme"] = "https" if scope["type"] == "http" else "wss"
        return self._application(inner_scope, receive, send)

    def _forwarded(self, scope: dict[str, Any]) -> Forwarded | None:
        if not self._networks:
            return None
        if not self._is_from_proxy(scope):
            return Forwarded()
        identity = self._identity_headers(scope["headers"])
        if scope["type"] == "websocket" and not identity:
            return None
        if any(len(values) > 1 for values in identity.values()):
            return Forwarded()  # one of them is the client's, but which one is unknown
        user = _text(identity[self._user_header], _USER)
        if not user:
            return Forwarded()
        token = b"".join(identity[_TOKEN]).decode("ascii", "ignore").strip()
        return Forwarded(
            user,
            email=_text(identity[_EMAIL], _USER),
            name=_text(identity[_NAME], _LINE),
            token=token,
            groups=_groups(identity[self._groups_header]) if self._groups_header else None,
        )

    def _is_from_proxy(self, scope: dict[str, Any]) -> bool:
        return is_in(peer_of(scope), self._networks)

    def _is_about_identity(self, name: bytes) -> bool:
        """Return whether some server or framework could mistake this header for one that names the user."""
        return name.lower().replace(b"_", b"-").removeprefix(b"http-") in self._identity

    def _identity_headers(self, headers: Headers) -> defaultdict[bytes, list[bytes]]:
        """Return the values of each header about the user's identity, spelt as the proxy does except for the case."""
        values: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for name, value in headers:
            if name.lower() in self._identity:
                values[name.lower()].append(value)
        return values


def _text(values: list[bytes], pattern: re.Pattern[str]) -> str:
    """Return the text of a header that was sent once, in UTF-8, and matches the pattern; else an empty string."""
    try:
        text = b"".join(values).decode().strip(" \t")
    except UnicodeDecodeError:
        return ""
    return text if pattern.fullmatch(text) else ""


def _groups(values: list[bytes]) -> frozenset[str] | None:
    """Return the names of the groups that a header lists; None if it was not sent, or is malformed."""
    if not values:
        return None
    try:
        text = b"".join(values).decode()
    except UnicodeDecodeError:
        return None
    return frozenset(filter(None, map(str.strip, text.split(",")))) if _GROUPS.fullmatch(text) else None


def _with_original_host(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers with the client's ``Host``, if the proxy replaced and forwarded it (ALLOWED_HOSTS applies)."""
    original = [value for name, value in headers if name.lower() == b"x-forwarded-host"]
    if len(original) != 1:
        return headers
    return [*((name, value) for name, value in headers if name.lower() != b"host"), (b"host", original[0])]
