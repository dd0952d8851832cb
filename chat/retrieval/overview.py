"""Passages for a question about nothing in particular, such as "What was said in this meeting?"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from ..models import IndexedPassage, Scope, Segment
from .results import Hit


def overview(scope: Scope, limit: int, *, relevance: float) -> list[Hit]:
    """Return at most ``limit`` passages, spread evenly over the recordings in scope and in their order.

    If there are more than ``limit`` recordings, use the newest.
    """
    newest = list(scope.recordings().order_by("-pk").values_list("pk", flat=True)[:limit])
    passages: dict[int, list[int]] = defaultdict(list)
    rows = IndexedPassage.objects.filter(recording__in=newest).order_by("-recording_id", "first")
    if scope.filter.speakers:
        rows = rows.filter(_with_speech(scope.filter.speakers))
    for recording, pk in rows.values_list("recording_id", "pk"):
        passages[recording].append(pk)
    shares = [limit // len(newest) + (index < limit % len(newest)) for index in range(len(newest))]
    picked = [pk for share, pks in zip(shares, passages.values(), strict=False) for pk in _spread(pks, share)]
    return [Hit(pk, -float(rank), relevance) for rank, pk in enumerate(picked[:limit])]


def _with_speech(speakers: Sequence[str]) -> Exists:
    """Return the condition on a passage that one of these speaks in it."""
    own = Segment.objects.filter(
        recording=OuterRef("recording"), number__range=(OuterRef("first"), OuterRef("last")), speaker__in=speakers
    )
    return Exists(own)


def _spread(pks: Sequence[int], count: int) -> list[int]:
    """Return ``count`` keys, or all if there are fewer, at even distances from the first on."""
    count = min(count, len(pks))
    return [pks[index * len(pks) // count] for index in range(count)]
