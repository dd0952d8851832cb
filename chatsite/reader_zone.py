"""The time zone of the browser, which the pages name in a cookie: days begin and end on the pages as they do there.

A user who has chosen another one gets that: see ``chat.accounts.login_sessions``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from chat.display import zone_of

COOKIE = "zone"


class ReaderZoneMiddleware:
    """Lets a request see times in the zone of its reader; in ``TIME_ZONE`` if it names none that is known."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        with timezone.override(zone_of(request.COOKIES.get(COOKIE, ""))):
            return await self.get_response(request)
