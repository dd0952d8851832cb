"""Parameters of a request, cleaned so that every database accepts them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

SEARCH_LIMIT = 200


def search_text(request: HttpRequest) -> str:
    """Return ``?q=`` without NUL, cut to 200 characters."""
    return request.GET.get("q", "").replace("\0", "").strip()[:SEARCH_LIMIT]


def uuid_of(text: str) -> UUID | None:
    """Return a text as a UUID; None if it is not one."""
    try:
        return UUID(text)
    except ValueError:
        return None
