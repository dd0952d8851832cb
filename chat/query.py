"""Parameters of a request, cleaned so that every database accepts them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

SEARCH_LIMIT = 200
PAGE_LIMIT = 1_000


def search_text(request: HttpRequest) -> str:
    """Return ``?q=``, cleaned."""
    return cleaned_search(request.GET.get("q", ""))


def cleaned_search(text: str) -> str:
    """Return a text to search for without NUL, cut to 200 characters."""
    return text.replace("\0", "").strip()[:SEARCH_LIMIT]


def page_number(request: HttpRequest) -> int:
    """Return ``?page=`` as a number from 1 to ``PAGE_LIMIT``; 1 if it is none."""
    text = request.GET.get("page", "")
    return min(max(int(text), 1), PAGE_LIMIT) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def uuid_of(text: str) -> UUID | None:
    """Return a text as a UUID; None if it is not one."""
    try:
        return UUID(text)
    except ValueError:
        return None
