"""The time zone of the reader, which the pages name in a cookie: days begin and end on the pages as they do there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache
from zoneinfo import ZoneInfo

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

COOKIE = "zone"
LIMIT = 64


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


def zone_of(name: str) -> ZoneInfo | None:
    """Return the time zone of this name, such as ``Europe/Berlin``; None if there is none."""
    return _zone(name) if 0 < len(name) <= LIMIT else None


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError):  # no name of a zone; none of the machine's; a folder of them
        return None
