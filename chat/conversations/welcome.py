"""The content of the page for a new question."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, Count, Value

from ..models import Prepared, Recording
from .examples import examples


def welcome(user_id: int) -> dict[str, Any]:
    """Return the number of recordings that this user hears, and questions worth asking."""
    return {"recording_count": _heard.first(user=user_id) or 0, "examples": examples(user_id)}


# An aggregate of Django would be carried out at once.
_heard = Prepared(
    lambda user: (
        Recording.objects.heard_by(user)
        .order_by()
        .values(all=Value(1))
        .annotate(count=Count("*"))
        .values_list("count", flat=True)
    ),
    user=BigIntegerField(),
)
