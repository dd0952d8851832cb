"""The recordings that the filter of the composer offers."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, QuerySet, UUIDField
from django.db.models.functions import Coalesce, TruncDate

from ..models import Collection as Collections
from ..models import Limits, Many, Prepared, Recording, Segment
from .limit_words import limit_words

OPTIONS = 50
"""Recordings that the filter offers at once, besides the chosen ones."""
SPEAKERS = 20
"""Names of speakers that the filter suggests at once."""
NEWEST_FIRST = (Coalesce("recorded_on", TruncDate("created_at", tzinfo=UTC)).desc(), "title", "pk")
"""The order of recordings wherever they are listed; those without a date stand at the day on which they were added."""


def with_title(text: str, user_id: int) -> QuerySet[Recording]:
    """Return what this user hears whose title contains this text, the newest first; all of it for an empty text."""
    heard = Recording.objects.heard_by(user_id)
    return (heard.filter(title__icontains=text) if text else heard).order_by(*NEWEST_FIRST)


def filter_options(chosen: Collection[UUID], limits: Limits, user_id: int) -> dict[str, Any]:
    """Return the template context of the filter: the chosen recordings that this user hears, then the newest 50 others.

    With them come the collections that the user hears, and the limits. A chosen recording or collection that was
    deleted, or that the user does not hear, is left out.
    """
    recordings = _chosen.fetch(user=user_id, chosen=chosen) if chosen else []
    others = _others.fetch(user=user_id, chosen=[recording.uuid for recording in recordings])
    collections = _collections.fetch(user=user_id)
    named = limits.named({each.uuid: each.name for each in collections})
    words = limit_words(named)
    return {
        "options": recordings + others,
        "chosen": {recording.uuid for recording in recordings},
        "collections": collections if len(collections) > 1 else [],
        "limits": Limits.of(named),
        "limit_words": words,
        "speakers": json.dumps(limits.speakers),
        "filter_summary": _summary(recordings, words),
        "filter_shown": _shown(recordings, words),
    }


def speakers_like(text: str, user_id: int) -> list[str]:
    """Return up to 20 names of speakers that this user hears and that contain a text, in alphabetical order."""
    spoken = Segment.objects.filter(recording__in=Recording.objects.heard_by(user_id).order_by())
    return list(
        spoken.exclude(speaker="")
        .filter(speaker__icontains=text)
        .order_by("speaker")
        .values_list("speaker", flat=True)
        .distinct()[:SPEAKERS]
    )


_collections = Prepared(
    lambda user: Collections.objects.heard_by(user).order_by("name"),
    user=BigIntegerField(),
)


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


def _summary(chosen: Sequence[Recording], words: Sequence[str]) -> str:
    if words:
        return "Search is limited"
    return _shown(chosen, ()) or "Choose what to search"


def _shown(chosen: Sequence[Recording], words: Sequence[str]) -> str:
    count = [f"in {len(chosen)} recording{'s' if len(chosen) > 1 else ''}"] if chosen else []
    parts = [*count, *words]
    return f"Only {' · '.join(parts)}" if parts else ""
