"""Paginated lists: ``?limit=`` rows after the one that ``?after=`` names."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from ..models import Conversation, InvalidRequest, NotFound, Recording, Turn
from .resources import Resource

Row = TypeVar("Row", Conversation, Recording, Turn)

PAGE = 50
LONGEST_PAGE = 100


def newest(rows: QuerySet[Row], request: HttpRequest) -> tuple[list[Row], UUID | None]:
    """Return one page of these rows, newest first, and the ``after`` of the next page (None if this is the last).

    Rows are ordered by creation, because that order does not change between two pages. Raise ``InvalidRequest`` or
    ``NotFound``.
    """
    limit, after = _limit(request), row_after(rows, request)
    older = rows.filter(pk__lt=after.pk) if after else rows
    read_ahead = list(older.order_by("-pk")[: limit + 1])
    return read_ahead[:limit], read_ahead[limit - 1].uuid if len(read_ahead) > limit else None


def row_after(rows: QuerySet[Row], request: HttpRequest) -> Row | None:
    """Return the row that ``?after=`` names, or None without it. Raise ``InvalidRequest`` or ``NotFound``."""
    name = request.GET.get("after")
    if name is None:
        return None
    try:
        row = rows.filter(uuid=UUID(name)).first()
    except ValueError:
        raise InvalidRequest("after must be a UUID, like the value of next.") from None
    if row is None:
        raise NotFound("The item that after names no longer exists.")
    return row


def json_response(resource: Resource) -> HttpResponse:
    """Return a resource as JSON."""
    return HttpResponse(msgspec.json.encode(resource), content_type="application/json")


def _limit(request: HttpRequest) -> int:
    text = request.GET.get("limit", str(PAGE))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= LONGEST_PAGE):
        raise InvalidRequest(f"limit must be a number from 1 to {LONGEST_PAGE}.")
    return int(text)
