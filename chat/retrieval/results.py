"""From hits in the index to passages with their recordings and segments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from ..models import IndexedPassage, Recording, Segment
from ..passages import Passage

FOUND = 0.4
"""The question is answered when the best of its passages is this relevant; the others may be less and still help.

docs/retrieval.md has the figures by which it was chosen.
"""


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


def execute(sql: str, parameters: Sequence[Any] | None = None) -> None:
    """Do what a statement says; without parameters a percent sign in it is one."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def scope_of(recordings: Sequence[UUID]) -> list[int] | None:
    """The primary keys of these recordings, as far as they exist; None, which is all of them, for none."""
    if not recordings:
        return None
    return list(Recording.objects.filter(uuid__in=recordings).values_list("pk", flat=True))


def pool_for(limit: int) -> int:
    """How many hits to look at for ``limit`` passages: each has neighbours that overlap with it."""
    return 5 * limit + 20


def passages_of(hits: Sequence[Hit], scope: Sequence[int] | None, limit: int) -> list[Passage]:
    """The first ``limit`` passages that share no segment with a better one. Two queries, however many hits.

    What is out of scope is left out, whoever found it.
    """
    in_scope = IndexedPassage.objects.all() if scope is None else IndexedPassage.objects.filter(recording__in=scope)
    places = in_scope.select_related("recording").defer("text").in_bulk([hit.pk for hit in hits])
    chosen: dict[Hit, IndexedPassage] = {}
    for hit in hits:
        place = places.get(hit.pk)  # None when its recording was deleted a moment ago
        if place and len(chosen) < limit and not _overlaps(place, chosen.values()):
            chosen[hit] = place
    segments = segments_of([hit.pk for hit in chosen])
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


def segments_of(pks: Collection[int]) -> dict[int, list[Segment]]:
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
