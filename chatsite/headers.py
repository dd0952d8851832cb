"""Headers that keep private pages private, on all our responses: pages, files and errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class PrivacyHeadersMiddleware:
    """Lets no cache store a page, and no site embed it. It wraps all middleware that may respond, except the CSP's."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, and add the headers to its response."""
        response = await self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
            patch_vary_headers(response, ["Cookie"])
        _leave_out_csrf_cookie(request, response)
        if request.path.startswith(reverse("admin:index")):
            # The admin's own scripts write HTML; they come from Django, and script-src 'self' still applies.
            csp = {"require-trusted-types-for": None, "trusted-types": None}
            setattr(response, "_csp_replace", csp)  # noqa: B010  # as django-csp's decorators do
        return response


def _leave_out_csrf_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Do not send a browser the CSRF cookie that it has, which Django would do with every form.

    That would renew the year for which it is kept, but each sign-in does so, and no sign-in lasts as long.
    """
    cookie = response.cookies.get(settings.CSRF_COOKIE_NAME)
    if cookie and cookie.value == request.COOKIES.get(settings.CSRF_COOKIE_NAME):
        del response.cookies[settings.CSRF_COOKIE_NAME]
