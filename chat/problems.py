"""HTTP responses to refusals and errors: their status and, for programs, their JSON body."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from django.http import HttpResponse
from msgspec import Struct

from .models import Refused

STATUS = {
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "OVER_BUDGET": 429,
    "QUEUE_FULL": 429,
    "RATE_LIMITED": 429,
    "NO_ROOM": 507,
    "UNAVAILABLE": 503,
}
"""HTTP status by the code of a refusal; 400 for other codes."""
RETRY_SECONDS = {"QUEUE_FULL": 5, "RATE_LIMITED": 60, "UNAVAILABLE": 5}
"""Seconds after which a retry may succeed, by code: the value of ``Retry-After``."""


class ProblemCode(StrEnum):
    """The error codes of the API besides those of ``events.ErrorCode``."""

    SIGNED_OUT = "SIGNED_OUT"
    FORBIDDEN = "FORBIDDEN"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    UNAVAILABLE = "UNAVAILABLE"


class Problem(Struct, frozen=True, kw_only=True):
    """The body of every error response of the API."""

    error: str
    code: str


def problem(status: int, code: str, message: str, **headers: str) -> HttpResponse:
    """Return an error response of the API. ``headers`` have ``_`` for ``-``, as in ``WWW_Authenticate``."""
    body = msgspec.json.encode(Problem(error=message, code=code))
    http_headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if code in RETRY_SECONDS:
        http_headers.setdefault("Retry-After", str(RETRY_SECONDS[code]))
    return HttpResponse(body, status=status, content_type="application/json", headers=http_headers)


def refusal(refused: Refused) -> HttpResponse:
    """Return the API's response to a refused command."""
    headers = {} if refused.retry_after is None else {"Retry_After": str(refused.retry_after)}
    return problem(STATUS.get(refused.code, 400), refused.code, refused.message, **headers)


def without_logging(response: HttpResponse) -> HttpResponse:
    """Mark the response as logged, or Django logs a traceback for every 503."""
    setattr(response, "_has_been_logged", True)  # noqa: B010  # Django has no public API for it
    return response
