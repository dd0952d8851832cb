"""The responses to errors: 400, 403, 500, and 503 while the database is unavailable."""

from __future__ import annotations

import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from .database.outage import cause_of, outage
from .models import NotRecorded
from .problems import ProblemCode, problem, without_logging
from .turns.events import ErrorCode

_READING = ("GET", "HEAD")
_API = "/api/"
_FAILED = "Something went wrong on our side. Please try again."
_NOT_RECORDED = "This is not shown, because it could not be recorded that you read it. Please try again in a moment."
_AWAY = "The site cannot do this right now. Please try again in a moment."


def server_error(request: HttpRequest) -> HttpResponse:
    """Return 500, or 503 while the database is unavailable or records no access, which clients may retry soon."""
    error = sys.exc_info()[1]
    if isinstance(error, NotRecorded):
        return _not_recorded(request, error)
    if cause := cause_of(error):
        return _unavailable(request, cause)
    if request.path.startswith(_API):
        return problem(500, ErrorCode.INTERNAL_ERROR, _FAILED)
    return HttpResponse(render_to_string("500.html"), status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 400, or 503 for an outage: Django reports a session that it cannot save as a bad request."""
    error = cause_of(exception)
    return _unavailable(request, error) if error else defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 403 with the name of the user, who may have another account that may open the page."""
    wanted = request.GET.get("next") or request.get_full_path()  # the admin refuses on its page for signing in
    context = {"is_signed_in_by_proxy": bool(settings.TRUSTED_PROXY), "wanted": wanted}
    return render(request, "403.html", context, status=403)


def _not_recorded(request: HttpRequest, error: NotRecorded) -> HttpResponse:
    if cause := cause_of(error):
        outage.record(cause)
    if request.path.startswith(_API):
        return problem(503, ProblemCode.UNAVAILABLE, _NOT_RECORDED)
    page = render_to_string("503.html", {"was_sent": request.method not in _READING, "reason": _NOT_RECORDED})
    return HttpResponse(page, status=503, headers={"Retry-After": "5"})


def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    outage.record(error)
    if request.path.startswith(_API):
        return without_logging(problem(503, ProblemCode.UNAVAILABLE, _AWAY))
    page = render_to_string("503.html", {"was_sent": request.method not in _READING})
    return without_logging(HttpResponse(page, status=503, headers={"Retry-After": "5"}))
