"""Headers that keep private pages private."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

Handler = Callable[[HttpRequest], HttpResponse] | Callable[[HttpRequest], Awaitable[HttpResponse]]


class PrivacyHeadersMiddleware:
    """No page is stored by a cache or embedded by another site."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponse]]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on and complete its response."""
        response = await self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path.startswith(reverse("admin:index")):
            # The admin's own scripts write HTML; they come from Django and are kept to script-src 'self'.
            csp = {"require-trusted-types-for": None, "trusted-types": None}
            setattr(response, "_csp_replace", csp)  # noqa: B010  # what django-csp's decorators do
        return response
