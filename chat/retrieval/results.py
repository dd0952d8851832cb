"""The hits of a search, and the passages, with recordings and segments, that are made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, F

from ..models import Collection as Collections
from ..models import IndexedPassage, Many, Prepared, Recording, Scope, Segment
from ..passages import Passage

MIN_RELEVANCE = 0.3
"""The relevance that the best passage needs to answer a question; the others may have less and still help.

docs/retrieval.md has the figures behind this value, and behind those of ``judged``.
"""
RAREST = 3
"""The evidence of the rarest word of a question; that of any other word is 1."""
_FEW = 2
_MOST = 0.6
_DOUBTFUL = MIN_RELEVANCE / 2


@dataclass(frozen=True)
class Hit:
    """The primary key of an indexed passage, with the score and relevance of ``Passage``.

    ``evidence`` counts the words of the question that the passage has, the rarest as ``RAREST``: see ``judged``.
    """

    pk: int
    score: float
    relevance: float
    evidence: float = 0


def judged(hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits, with a low relevance for those that have too little of the question to answer it.

    A passage needs the rarest word of the question, or three others, or two that are most of it: one common word
    answers nothing, nor does a similar spelling alone.
    """
    return [hit if _is_enough(hit) else replace(hit, relevance=min(hit.relevance, _DOUBTFUL)) for hit in hits]


def _is_enough(hit: Hit) -> bool:
    return hit.evidence > _FEW or (hit.evidence == _FEW and hit.relevance >= _MOST)


def rows(sql: str, parameters: Sequence[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows that a statement selects; only its author knows the types of its columns and parameters."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def execute(sql: str, parameters: Sequence[Any] | None = None) -> None:
    """Execute a statement. Without parameters, a percent sign in it stands for itself."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def bigints(keys: Iterable[int]) -> str:
    """Return keys as one parameter of the type ``bigint[]`` of PostgreSQL, which psycopg sends sooner than a list."""
    return f"{{{','.join(map(str, keys))}}}"


def pool_for(limit: int) -> int:
    """Return how many hits to consider for ``limit`` passages: each hit has neighbours that overlap it."""
    return 5 * limit + 20


def passages_of(hits: Sequence[Hit], scope: Scope, limit: int) -> list[Passage]:
    """Return the first ``limit`` passages that share no segment with a better one. Run two or three queries.

    Leave out hits that are out of scope, whichever search returned them, and what the user no longer hears: both are
    read again with the text. Of a passage only the segments of the speakers in scope are left.
    """
    places = {pk: _Place(first, last, row) for pk, first, last, *row in _places_of([hit.pk for hit in hits], scope)}
    chosen: dict[Hit, _Place] = {}
    for hit in hits:
        place = places.get(hit.pk)
        if place and len(chosen) < limit and not any(map(place.overlaps, chosen.values())):
            chosen[hit] = place
    segments = heard_segments_of([hit.pk for hit in chosen], scope)
    return [
        Passage(place.recording(), tuple(segments[hit.pk]), hit.score, min(hit.relevance, 1.0))
        for hit, place in chosen.items()
        if segments[hit.pk]
    ]


_COLUMNS = [field.attname for field in Recording._meta.concrete_fields]  # noqa: SLF001  # Django documents it
_PLACE = ("pk", "first", "last", *(f"recording__{column}" for column in _COLUMNS))


@dataclass(frozen=True)
class _Place:
    """Where a passage is: the numbers of its first and last segment, and the row of its recording."""

    first: int
    last: int
    row: Sequence[Any]

    @property
    def recording_id(self) -> int:
        return int(self.row[0])

    def recording(self) -> Recording:
        """Return the recording; made for those few places alone that are shown."""
        return Recording.from_db(connection.alias, _COLUMNS, self.row)

    def overlaps(self, other: _Place) -> bool:
        is_same = self.recording_id == other.recording_id
        return is_same and self.first <= other.last and other.first <= self.last


def _places_of(pks: Sequence[int], scope: Scope) -> Iterable[tuple[Any, ...]]:
    """Return the key, the place and the recording of each of these passages that is in scope and still heard."""
    if scope.filter:
        passages = IndexedPassage.objects.filter(pk__in=pks, recording__in=scope.recordings().order_by())
        return passages.values_list(*_PLACE)
    return _places.fetch(pks=pks, user=scope.user_id)


def segments_of(pks: Collection[int]) -> dict[int, list[Segment]]:
    """Return the segments of each of these indexed passages, in order, whoever hears them: for the index."""
    return _by_passage(_segments.fetch(pks=list(pks)))


def heard_segments_of(pks: Collection[int], scope: Scope) -> dict[int, list[Segment]]:
    """Return the segments of each of these indexed passages that the user hears, by speakers in scope, in order."""
    segments = _heard_segments.fetch(pks=list(pks), user=scope.user_id)
    speakers = scope.filter.speakers
    return _by_passage([each for each in segments if each.speaker in speakers] if speakers else segments)


def _by_passage(segments: Iterable[Any]) -> dict[int, list[Segment]]:
    passages: dict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        passages[segment.passage].append(segment)
    return passages


def segments_within(pks: Any) -> Any:
    """Return the segments of these indexed passages, with the key of each as ``passage``, in order: to prepare it."""
    within = Segment.objects.filter(
        recording__indexed_passages__pk__among=pks,
        number__gte=F("recording__indexed_passages__first"),
        number__lte=F("recording__indexed_passages__last"),
    )
    return within.annotate(passage=F("recording__indexed_passages__pk")).order_by("passage", "number")


_PKS = Many(BigIntegerField())
_places = Prepared(
    lambda pks, user: IndexedPassage.objects.filter(
        pk__among=pks, recording__collection__in=Collections.objects.heard_by(user).order_by()
    ).values_list(*_PLACE),
    pks=_PKS,
    user=BigIntegerField(),
)
_segments = Prepared[Any](segments_within, pks=_PKS)
_heard_segments = Prepared[Any](
    lambda pks, user: segments_within(pks).filter(
        recording__collection__in=Collections.objects.heard_by(user).order_by()
    ),
    pks=_PKS,
    user=BigIntegerField(),
)
