"""Search by Databricks Vector Search: the index says where to look, our own database decides what may be shown.

Every request asks for places only, and within the recordings that the question may be answered from; only if these are
too many to name, it asks for more places than it needs, in all. The places are looked up in our own tables under the
same condition, so nothing is shown that the index should not have returned.
docs/retrieval.md lists the columns that it must have.
"""

from __future__ import annotations

import logging
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from ..database import in_database, persist
from ..errors import RetrievalFailed
from ..models import Scope, Segment
from ..passages import Passage
from ..terms import names_a_subject
from .interface import Retriever
from .remote import OptionalRemote
from .results import MIN_RELEVANCE
from .spoken import weighed_by_speech

logger = logging.getLogger(__name__)

RECORDING = "recording_id"
FIRST = "first_segment"
LAST = "last_segment"
COLUMNS = (RECORDING, FIRST, LAST)
"""The columns that the index must have besides its text: the recording's uuid, and its first and last segment."""
RECORDINGS_AT_ONCE = 500
"""Recordings that one request names; for more, several requests are sent."""
REQUESTS = 4
"""Requests that a search sends at most; with more recordings to name it sends one that names none."""
PLACES = 4
"""Places that are requested per passage: windows overlap, and some may not be shown."""
PLACES_UNNAMED = 16
"""The same if the request names no recordings, so that more of them may not be shown."""
SEGMENTS = 500
"""Segments of a place that are read; no passage of ours has as many."""


@dataclass(frozen=True)
class Place:
    """Where to look, according to the index: segments ``first`` to ``last``. A higher score is better."""

    recording: UUID
    first: int
    last: int
    score: float


class VectorSearch:
    """Retrieval by an index of the workspace; if it fails, by the retriever that ``fallback`` returns."""

    def __init__(self, name: str, *, fallback: Callable[[], Retriever]) -> None:
        self.remote = OptionalRemote(f"The index {name}", load=_load)
        self._name = name
        self._fallback = fallback
        self._store: Any = None  # a DatabricksVectorSearch
        self._lock = Lock()

    async def retrieve(self, query: str, *, scope: Scope, limit: int) -> list[Passage]:
        # Three steps, so that no database thread waits for the network.
        if names_a_subject(query) and limit > 0:
            uuids = await persist(lambda: in_database(_uuids_in_scope, scope))
            ask = partial(self._places, query, uuids, limit)
            places = await self.remote.ask(ask) if uuids else None
            passages = await persist(lambda: in_database(self._shown, places, scope, limit))
            if len(passages) >= limit or (passages and _may_be_named(uuids)):
                return passages
        return await self._fallback().retrieve(query, scope=scope, limit=limit)

    def connect(self) -> Any:
        """Sign in and look up the index, once. Block."""
        with self._lock:
            if self._store is None:
                self._store = _load().connect(self._name, COLUMNS)
            return self._store

    def _places(self, query: str, uuids: Sequence[UUID], limit: int) -> list[Place]:
        """Return what the index finds in these recordings, the best first. Raise whatever its library raises."""
        if not _may_be_named(uuids):
            return self._ask(query, None, PLACES_UNNAMED * limit)
        starts = range(0, len(uuids), RECORDINGS_AT_ONCE)
        named = [[str(uuid) for uuid in uuids[start : start + RECORDINGS_AT_ONCE]] for start in starts]
        places = [place for names in named for place in self._ask(query, {RECORDING: names}, PLACES * limit)]
        return sorted(places, key=lambda place: -place.score)

    def _ask(self, query: str, condition: dict[str, list[str]] | None, count: int) -> list[Place]:
        documents = self.connect().similarity_search_with_score(
            query,
            k=count,
            filter=condition,
            query_type="HYBRID",
            total_retries=0,  # by default the client waits as long as Retry-After says
            disable_notice=True,  # the client would print one about the token
        )
        return [place for document, score in documents if (place := _place(document.metadata, score))]

    def _shown(self, places: Sequence[Place] | None, scope: Scope, limit: int) -> list[Passage]:
        """Return the passages at these places that are in scope and in our own database."""
        try:
            passages = _passages(places or (), scope, limit)
        except DatabaseError as error:
            raise RetrievalFailed("could not look up the passages") from error
        if places is not None and not passages:
            logger.warning("The index %s returned nothing that may be shown; searching without it", self._name)
        return passages


def _load() -> ModuleType:
    """Import the module of the client, which takes many seconds."""
    return import_module(f"{__package__}.databricks_index")


def _place(row: Mapping[str, Any], score: Any) -> Place | None:
    """Return the place that a row of the index names; None if we cannot have exported such a row."""
    try:
        place = Place(UUID(str(row[RECORDING])), int(row[FIRST]), int(row[LAST]), float(score))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return place if 1 <= place.first <= place.last < 2**31 else None


def _uuids_in_scope(scope: Scope) -> list[UUID]:
    """Return the recordings that the question may be answered from."""
    return list(scope.recordings().order_by("pk").values_list("uuid", flat=True))


def _may_be_named(uuids: Sequence[UUID]) -> bool:
    """Return whether the requests of one search can name so many recordings."""
    return len(uuids) <= REQUESTS * RECORDINGS_AT_ONCE


def _passages(places: Iterable[Place], scope: Scope, limit: int) -> list[Passage]:
    """Return at most ``limit`` passages, the best first, no two with a segment in common. Run two or three queries."""
    places = _by_speech(list(places), scope) if scope.filter.speakers else list(places)
    in_scope = {r.uuid: r for r in scope.recordings().filter(uuid__in={place.recording for place in places})}
    chosen: list[Place] = []
    for place in places:
        if place.recording in in_scope and len(chosen) < limit and not any(_overlap(place, other) for other in chosen):
            chosen.append(place)
    segments = _segments(chosen, scope)
    read = [(place, tuple(s for s in segments if _holds(place, in_scope[place.recording].pk, s))) for place in chosen]
    return [Passage(in_scope[place.recording], held, place.score, MIN_RELEVANCE) for place, held in read if held]


def _segments(places: Sequence[Place], scope: Scope) -> list[Segment]:
    """Return the segments at these places that the user hears, by speakers in scope."""
    if not places:
        return []
    heard = _heard_at(places, scope)
    speakers = scope.filter.speakers
    spoken = heard.filter(speaker__in=speakers) if speakers else heard
    return list(spoken.order_by("recording_id", "number"))


def _heard_at(places: Sequence[Place], scope: Scope) -> QuerySet[Segment]:
    """Return the segments at these places, of which there is one at least, that the user hears."""
    ranges = [Q(recording__uuid=p.recording, number__range=(p.first, _last(p))) for p in places]
    return Segment.objects.filter(reduce(operator.or_, ranges), recording__in=scope.recordings())


def _by_speech(places: Sequence[Place], scope: Scope) -> list[Place]:
    """Return the places at which speakers in scope speak, those first that are near and mostly theirs. Run a query."""
    if not places:
        return []
    lengths: defaultdict[UUID, list[tuple[int, bool, int]]] = defaultdict(list)
    columns = ("recording__uuid", "number", "speaker", Length("text"))
    for recording, number, speaker, length in _heard_at(places, scope).values_list(*columns):
        lengths[recording].append((number, speaker in scope.filter.speakers, length))
    weighed = []
    for place in places:
        there = [each for each in lengths[place.recording] if place.first <= each[0] <= _last(place)]
        own, whole = (sum(length for _, is_own, length in there if is_own or all_) for all_ in (False, True))
        if own:
            weighed.append(replace(place, score=weighed_by_speech(place.score, own / whole)))
    return sorted(weighed, key=lambda place: -place.score)


def _last(place: Place) -> int:
    return min(place.last, place.first + SEGMENTS - 1)


def _holds(place: Place, recording: int, segment: Segment) -> bool:
    return segment.recording_id == recording and place.first <= segment.number <= _last(place)


def _overlap(place: Place, other: Place) -> bool:
    return place.recording == other.recording and place.first <= _last(other) and other.first <= _last(place)
