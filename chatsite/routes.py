"""Which application serves a connection: as in Channels, whose routers wait for it and so keep a scope each.

These return the coroutine of the application, so that an idle socket has no scope but the last one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from django.http import parse_cookie
from django.urls import URLPattern

from .peer import Application


class ByType:
    """Passes a connection on to the application for its type."""

    def __init__(self, applications: Mapping[str, Application]) -> None:
        self._applications = applications

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
        """Pass the connection on. Raise ``KeyError`` if there is no application for its type."""
        return self._applications[scope["type"]](scope, receive, send)


class WithCookies:
    """Stores the cookies of a connection in ``scope["cookies"]``."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
        """Pass the connection on."""
        header = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
        return self._application({**scope, "cookies": parse_cookie(header.decode("latin-1"))}, receive, send)


class ByPath:
    """Passes a connection on to the application at its path, below ``root_path``; to ``unknown`` if there is none."""

    def __init__(self, routes: Sequence[URLPattern], unknown: Application) -> None:
        self._routes = routes
        self._unknown = unknown

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
        """Pass the connection on."""
        return self._application(scope["path"], scope.get("root_path", ""))(scope, receive, send)

    def _application(self, path: str, root: str) -> Application:
        if path.startswith(root):
            for route in self._routes:
                if route.pattern.match(path.removeprefix(root).lstrip("/")):
                    return route.callback
        return self._unknown
