"""The body of a request: JSON, or what a view reads itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from django.http import HttpRequest
from msgspec import Struct

from .models import InvalidRequest

Body = TypeVar("Body", bound=Struct)
View = TypeVar("View", bound=Callable[..., Any])

BODY_LIMIT = 64 * 1024
"""Bytes that most bodies may have."""
ARRIVING = "chatsite.arriving"
"""The key of the scope with a body that is read while it comes."""


def body_in(request: HttpRequest, kind: type[Body], *, what: str, limit: int = BODY_LIMIT) -> Body:
    """Return the body. Raise ``InvalidRequest``, which says what is wrong with it and where; ``what`` names it."""
    if request.content_type != "application/json":
        raise InvalidRequest("Send JSON, with the header Content-Type: application/json.")
    body = request.read(limit + 1)
    if len(body) > limit:
        raise InvalidRequest(f"The body is too long: at most {limit:,} bytes.")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"This {what} could not be read: {error}.") from None
    except RecursionError:
        raise InvalidRequest(f"This {what} could not be read: it is nested too deeply.") from None


def typed(text: str) -> str:
    """Return a text as it is stored: without NUL, which PostgreSQL refuses, and space around it."""
    return text.replace("\0", "").strip()


def arriving(request: HttpRequest) -> Any:
    """Return what a view reads the body from while it comes: if the server has it, past the layers of the request."""
    return getattr(request, "scope", {}).get(ARRIVING, request)


def reads_body(view: View) -> View:
    """Let a view read the body of its request while that comes: in a thread, and after it has checked the sender.

    For other views a long body is stored before they are called.
    """
    view.reads_body = True  # type: ignore[attr-defined]
    return view


def does_read_body(view: Callable[..., Any]) -> bool:
    """Return whether this view, or the one that it wraps, reads the body itself."""
    return getattr(view, "reads_body", False)
