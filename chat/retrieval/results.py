"""From hits in the index to passages with their recordings and segments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F

from ..models import IndexedPassage, Segment
from ..passages import Passage


@dataclass(frozen=True)
class Hit:
    """An indexed passage by its primary key, with the score and relevance of ``Passage``."""

    pk: int
    score: float
    relevance: float


def rows(sql: str, parameters: Sequence[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    """What a statement selects; only its author knows the types of its columns and parameters."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def passages_of(hits: Sequence[Hit], limit: int) -> list[Passage]:
    """The first ``limit`` passages that share no segment with a better one. Two queries, however many hits."""
    places = IndexedPassage.objects.select_related("recording").defer("text").in_bulk([hit.pk for hit in hits])
    chosen: dict[Hit, IndexedPassage] = {}
    for hit in hits:
        place = places.get(hit.pk)  # None when its recording was deleted a moment ago
        if place and len(chosen) < limit and not _overlaps(place, chosen.values()):
            chosen[hit] = place
    segments = _segments([hit.pk for hit in chosen])
    return [
        Passage(place.recording, tuple(segments[hit.pk]), hit.score, min(hit.relevance, 1.0))
        for hit, place in chosen.items()
        if segments[hit.pk]
    ]


def _overlaps(place: IndexedPassage, others: Iterable[IndexedPassage]) -> bool:
    return any(
        place.recording_id == other.recording_id and place.first <= other.last and other.first <= place.last
        for other in others
    )


def _segments(pks: Collection[int]) -> dict[int, list[Segment]]:
    """The segments of each of these indexed passages, in order."""
    within = Segment.objects.filter(
        recording__indexed_passages__in=pks,
        number__gte=F("recording__indexed_passages__first"),
        number__lte=F("recording__indexed_passages__last"),
    )
    segments: dict[int, list[Segment]] = defaultdict(list)
    for segment in within.annotate(passage=F("recording__indexed_passages__pk")).order_by("recording_id", "number"):
        segments[segment.passage].append(segment)
    return segments
