"""The recordings that the filter of the composer offers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, F, QuerySet, UUIDField

from ..models import Many, Prepared, Recording

OPTIONS = 50
"""Recordings that the filter offers at once, besides the chosen ones."""
NEWEST_FIRST = (F("recorded_on").desc(nulls_last=True), "title", "pk")
"""The order of recordings wherever they are listed; those without a date come last."""


def with_title(text: str, user_id: int) -> QuerySet[Recording]:
    """Return what this user hears whose title contains this text, the newest first; all of it for an empty text."""
    heard = Recording.objects.heard_by(user_id)
    return (heard.filter(title__icontains=text) if text else heard).order_by(*NEWEST_FIRST)


def filter_options(chosen: Collection[UUID], user_id: int) -> dict[str, Any]:
    """Return the template context of the filter: the chosen recordings that this user hears, then the newest 50 others.

    A chosen recording that was deleted, or that the user does not hear, is left out.
    """
    recordings = _chosen.fetch(user=user_id, chosen=chosen) if chosen else []
    others = _others.fetch(user=user_id, chosen=[recording.uuid for recording in recordings])
    return {
        "options": recordings + others,
        "chosen": {recording.uuid for recording in recordings},
        "filter_summary": _summary(recordings),
    }


_chosen = Prepared(
    lambda user, chosen: with_title("", user).filter(uuid__among=chosen),
    user=BigIntegerField(),
    chosen=Many(UUIDField()),
)
_others = Prepared(
    lambda user, chosen: with_title("", user).exclude(uuid__among=chosen)[:OPTIONS],
    user=BigIntegerField(),
    chosen=Many(UUIDField()),
)


def _summary(chosen: Sequence[Recording]) -> str:
    if not chosen:
        return "Choose recordings"
    return f"Only in {len(chosen)} recording{'s' if len(chosen) > 1 else ''}"
