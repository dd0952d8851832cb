"""Hidden characters on the pages of the admin, most of which Django renders: names, titles, histories, messages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from chat.display import revealed

_PIECES = re.compile(
    r"(?P<kept><(?P<name>textarea|script|style)\b.*?</(?P=name)\s*>)|(?P<tag><[^>]*>)|[^<]+", re.DOTALL | re.IGNORECASE
)
"""Elements whose content is sent back or run as it stands, other tags, and text."""
_SPOKEN = re.compile(r'\s(?:aria-label|title|alt|placeholder)="[^"]*"')
"""Attributes that people read."""


class RevealingAdminMiddleware:
    """Makes characters visible on all pages of the admin that show nothing but can carry a message or turn text around.

    Fields of forms keep them, so that nothing is changed by saving; the heading of the page shows that there are any.
    """

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, and change the text of its page."""
        response = await self.get_response(request)
        match = request.resolver_match
        if match and match.app_name == "admin" and isinstance(response, HttpResponse) and _is_page(response):
            response.content = _revealed_page(response.content.decode())
        return response


def _is_page(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")


def _revealed_page(html: str) -> str:
    return html if revealed(html) == html else _PIECES.sub(_revealed_piece, html)


def _revealed_piece(piece: re.Match[str]) -> str:
    if piece["kept"]:
        return piece[0]
    return _SPOKEN.sub(lambda spoken: revealed(spoken[0]), piece[0]) if piece["tag"] else revealed(piece[0])
