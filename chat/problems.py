"""What is said over HTTP when something is refused or went wrong: the status, and for programs one shape of JSON."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from django.http import HttpResponse
from msgspec import Struct

from .models import Refused

STATUS = {"NOT_FOUND": 404, "CONFLICT": 409, "QUEUE_FULL": 429, "RATE_LIMITED": 429}
"""HTTP status of a refusal; 400 for the others."""
RETRY_SECONDS = {"QUEUE_FULL": 5, "RATE_LIMITED": 60, "UNAVAILABLE": 5}
"""When it may be worth another try: ``Retry-After``."""


class ProblemCode(StrEnum):
    """What the API answers with besides the codes of ``events.ErrorCode``."""

    SIGNED_OUT = "SIGNED_OUT"
    FORBIDDEN = "FORBIDDEN"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    UNAVAILABLE = "UNAVAILABLE"


class Problem(Struct, frozen=True, kw_only=True):
    """The body of every answer of the API that is not what was asked for."""

    error: str
    code: str


def problem(status: int, code: str, message: str, **headers: str) -> HttpResponse:
    """The answer of the API that says what is the matter; ``WWW_Authenticate=`` is the header of that name."""
    body = msgspec.json.encode(Problem(error=message, code=code))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if code in RETRY_SECONDS:
        named.setdefault("Retry-After", str(RETRY_SECONDS[code]))
    return HttpResponse(body, status=status, content_type="application/json", headers=named)


def refusal(refused: Refused) -> HttpResponse:
    """The answer of the API to what is refused."""
    return problem(STATUS.get(refused.code, 400), refused.code, refused.message)


def without_logging(response: HttpResponse) -> HttpResponse:
    """Mark the response as logged, or Django logs a traceback for every 503."""
    setattr(response, "_has_been_logged", True)  # noqa: B010  # Django has no public way
    return response
