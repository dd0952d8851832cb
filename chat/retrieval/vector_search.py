"""Search by Databricks Vector Search: the index says where to look, our own database says what may be shown.

The index is asked for places alone, and always within the recordings that the question may be answered from. What it
returns is looked up in our own tables under the same condition: what it should not have returned is not shown.
docs/retrieval.md says which columns it must have.
"""

from __future__ import annotations

import logging
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Q

from ..database import in_database, persist
from ..errors import RetrievalFailed
from ..models import Recording, Segment
from ..passages import Passage
from ..terms import names_a_subject
from .interface import Retriever
from .remote import OptionalRemote
from .results import FOUND

logger = logging.getLogger(__name__)

RECORDING = "recording_id"
FIRST = "first_segment"
LAST = "last_segment"
COLUMNS = (RECORDING, FIRST, LAST)
"""What a row of the index must hold, beside its text: the recording's uuid, and the numbers of its segments."""
RECORDINGS_AT_ONCE = 500
"""Recordings that one request names; for more there are several."""
PLACES = 4
"""Places that are asked for each passage that is wanted: windows overlap, and some may not be shown."""
SEGMENTS = 500
"""Segments of a place that are looked at; no passage of ours has as many."""


@dataclass(frozen=True)
class Place:
    """Where to look, as the index says: segments ``first`` to ``last``. A higher score is better."""

    recording: UUID
    first: int
    last: int
    score: float


class VectorSearch:
    """Retrieval by an index of the workspace; when it does not answer, by what ``instead`` returns."""

    def __init__(self, name: str, *, instead: Callable[[], Retriever]) -> None:
        self.remote = OptionalRemote(f"The index {name}", load=_load)
        self._name = name
        self._instead = instead
        self._store: Any = None  # a DatabricksVectorSearch
        self._lock = Lock()

    async def retrieve(self, query: str, *, recordings: Sequence[UUID] = (), limit: int) -> list[Passage]:
        """As ``Retriever.retrieve`` says. No thread of the database waits for the network."""
        if names_a_subject(query) and limit > 0:
            readable = await persist(lambda: in_database(_readable, recordings))
            ask = partial(self._places, query, readable, limit)
            places = await self.remote.ask(ask) if readable else None
            passages = await persist(lambda: in_database(self._shown, places, recordings, limit))
            if passages:
                return passages
        return await self._instead().retrieve(query, recordings=recordings, limit=limit)

    def connect(self) -> Any:
        """Sign in and look the index up, once; blocks."""
        with self._lock:
            if self._store is None:
                self._store = _load().connect(self._name, COLUMNS)
            return self._store

    def _places(self, query: str, readable: Sequence[UUID], limit: int) -> list[Place]:
        """What the index finds in these recordings, the best first. Raises whatever its library raises."""
        found: list[Place] = []
        for start in range(0, len(readable), RECORDINGS_AT_ONCE):
            documents = self.connect().similarity_search_with_score(
                query,
                k=PLACES * limit,
                filter={RECORDING: [str(uuid) for uuid in readable[start : start + RECORDINGS_AT_ONCE]]},
                query_type="HYBRID",
                total_retries=0,  # by itself it waits as long as it is told to
                disable_notice=True,  # it would print one, of the token
            )
            found += [place for document, score in documents if (place := _place(document.metadata, score))]
        return sorted(found, key=lambda place: -place.score)

    def _shown(self, places: Sequence[Place] | None, recordings: Sequence[UUID], limit: int) -> list[Passage]:
        """The passages at these places, as far as they are in scope and in our own database."""
        try:
            passages = _passages(places or (), recordings, limit)
        except DatabaseError as error:
            raise RetrievalFailed("the passages could not be looked up") from error
        if places is not None and not passages:
            logger.warning("The index %s returned nothing that may be shown; the full text answers alone", self._name)
        return passages


def _load() -> ModuleType:
    """The module that imports the client, which takes many seconds."""
    return import_module(f"{__package__}.databricks_index")


def _place(row: Mapping[str, Any], score: Any) -> Place | None:
    """None for a row that is none of ours."""
    try:
        place = Place(UUID(str(row[RECORDING])), int(row[FIRST]), int(row[LAST]), float(score))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return place if 1 <= place.first <= place.last < 2**31 else None


def _readable(recordings: Sequence[UUID]) -> list[UUID]:
    """The recordings that the question may be answered from."""
    return list(_in_scope(recordings).order_by("pk").values_list("uuid", flat=True))


def _in_scope(recordings: Sequence[UUID]) -> Any:
    return Recording.objects.filter(uuid__in=recordings) if recordings else Recording.objects.all()


def _passages(places: Iterable[Place], recordings: Sequence[UUID], limit: int) -> list[Passage]:
    """At most ``limit`` passages, the best first, no two with a segment in common. Two queries."""
    places = list(places)
    known = {r.uuid: r for r in _in_scope(recordings).filter(uuid__in={place.recording for place in places})}
    chosen: list[Place] = []
    for place in places:
        if place.recording in known and len(chosen) < limit and not any(_overlap(place, other) for other in chosen):
            chosen.append(place)
    segments = _segments(chosen)
    found = [(place, tuple(s for s in segments if _holds(place, known[place.recording].pk, s))) for place in chosen]
    return [Passage(known[place.recording], said, place.score, FOUND) for place, said in found if said]


def _segments(places: Sequence[Place]) -> list[Segment]:
    if not places:
        return []
    ranges = [Q(recording__uuid=p.recording, number__range=(p.first, _last(p))) for p in places]
    return list(Segment.objects.filter(reduce(operator.or_, ranges)).order_by("recording_id", "number"))


def _last(place: Place) -> int:
    return min(place.last, place.first + SEGMENTS - 1)


def _holds(place: Place, recording: int, segment: Segment) -> bool:
    return segment.recording_id == recording and place.first <= segment.number <= _last(place)


def _overlap(place: Place, other: Place) -> bool:
    return place.recording == other.recording and place.first <= _last(other) and other.first <= _last(place)
