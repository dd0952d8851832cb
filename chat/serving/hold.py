"""The refusal of requests while the database has not answered since the start of the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

from ..database.outage import outage

_HEALTH = ("/livez", "/readyz")


class HoldMiddleware:
    """Refuses every page as in an outage (503), except the health checks: the database may lack its tables."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, or raise ``OperationalError``."""
        if outage.is_held and request.path not in _HEALTH:
            outage.fail_fast()
        return await self.get_response(request)
