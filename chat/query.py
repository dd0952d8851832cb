"""What comes in the query string of an address, in a form that every database takes."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

SEARCH_LIMIT = 200


def search_text(request: HttpRequest) -> str:
    """``?q=`` without NUL and with at most 200 characters."""
    return request.GET.get("q", "").replace("\0", "").strip()[:SEARCH_LIMIT]


def uuid_of(text: str) -> UUID | None:
    """The UUID that a text names; None for any other text."""
    try:
        return UUID(text)
    except ValueError:
        return None
