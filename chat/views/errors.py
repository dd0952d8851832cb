"""When nothing works."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from ..outage import behind, outage

_READING = ("GET", "HEAD")


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 while the database cannot be used, which is worth another try soon."""
    error = behind(sys.exc_info()[1])
    return _unavailable(request, error) if error else HttpResponse(render_to_string("500.html"), status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; or 503, because a session that cannot be saved is reported as a bad request."""
    error = behind(exception)
    return _unavailable(request, error) if error else defaults.bad_request(request, exception)


def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    outage.noticed(error)
    page = render_to_string("503.html", {"was_sent": request.method not in _READING})
    return told(HttpResponse(page, status=503, headers={"Retry-After": "5"}))


def told(response: HttpResponse) -> HttpResponse:
    """A response that the log needs to hear nothing of; Django would write a line for every 503, with a traceback."""
    setattr(response, "_has_been_logged", True)  # noqa: B010  # there is no other way to say so
    return response
