"""A check that only our own pages open sockets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any

from .refused_sockets import refuse

Application = Callable[..., Awaitable[None]]


class ExactOrigin:
    """Refuses (403) a handshake unless it has exactly one ``Origin``, which is literally one of ours.

    Browsers write an origin in one way only: scheme, host and port, in lower case. None of our pages sends anything
    else. (Channels' own validators compare hosts, or parse what a stranger sent.)
    """

    def __init__(self, application: Application, origins: Collection[str]) -> None:
        self._application = application
        self._origins = frozenset(origins)

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
        """Pass the handshake on, or deny it."""
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        if len(origins) == 1 and origins[0] in self._origins:
            return self._application(scope, receive, send)
        if origins:
            return refuse(scope, receive, send, "origin", "its page is of %s.", ", ".join(origins))
        return refuse(scope, receive, send, "origin", "its client names no origin.")
