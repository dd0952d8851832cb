"""Passages for a question that is about nothing in particular, like "What was said in this meeting?"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ..models import IndexedPassage, Recording
from .results import Hit


def overview(scope: Sequence[int] | None, limit: int, *, relevance: float) -> list[Hit]:
    """At most ``limit`` passages spread evenly over the recordings in scope, in their order.

    When there are more recordings than that, the newest count.
    """
    recordings = Recording.objects.all() if scope is None else Recording.objects.filter(pk__in=scope)
    newest = list(recordings.order_by("-pk").values_list("pk", flat=True)[:limit])
    places: dict[int, list[int]] = defaultdict(list)
    rows = IndexedPassage.objects.filter(recording__in=newest).order_by("-recording_id", "first")
    for recording, pk in rows.values_list("recording_id", "pk"):
        places[recording].append(pk)
    shares = [limit // len(newest) + (place < limit % len(newest)) for place in range(len(newest))]
    picked = [pk for share, pks in zip(shares, places.values(), strict=False) for pk in _spread(pks, share)]
    return [Hit(pk, -float(rank), relevance) for rank, pk in enumerate(picked[:limit])]


def _spread(pks: Sequence[int], count: int) -> list[int]:
    """``count`` of them, or all, from the first on at even distances."""
    count = min(count, len(pks))
    return [pks[place * len(pks) // count] for place in range(count)]
