"""Search by words and by meaning, with the two rankings fused."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from django.conf import settings
from django.db import DatabaseError

from ..database import in_database, persist
from ..errors import RetrievalFailed
from ..models import Scope
from ..passages import Passage
from ..terms import names_a_subject
from .embeddings import embeddings
from .full_text import FullText
from .fusion import fused
from .reach import Area, Reach
from .remote import OptionalRemote
from .reranking import FIRST
from .results import MIN_RELEVANCE, Hit, passages_of, pool_for
from .spoken import CANDIDATES, near_by_speech

logger = logging.getLogger(__name__)


class NearestNeighbours(Protocol):
    """A nearest-neighbour search among the vectors of one embedding model, in one kind of database."""

    def nearest(self, vector: bytes, reach: Reach, limit: int) -> list[Hit]:
        """Return the passages in reach whose vectors are nearest, the best first; none if there are no vectors.

        ``vector`` is encoded as in ``PassageVector``. The score is the cosine; the relevance is 0, because every
        question has nearest vectors. Raise ``DatabaseError``.
        """


@dataclass(frozen=True)
class Hybrid:
    """Retrieval by the full text, and by vectors for passages that mean the same in other words.

    Without a vector of the question, or without any of the passages, only the full text is searched.
    """

    full_text: FullText
    vectors: NearestNeighbours
    remote: OptionalRemote = field(default_factory=lambda: OptionalRemote("The embedding endpoint", load=embeddings))

    async def retrieve(self, query: str, *, scope: Scope, limit: int) -> list[Passage]:
        # Ask the remote first, so that no database thread waits for the network.
        vector = await self.remote.ask(partial(_vector, query)) if names_a_subject(query) else None
        return await persist(lambda: in_database(self._search, query, vector, scope, limit))

    def _search(self, query: str, vector: bytes | None, scope: Scope, limit: int) -> list[Passage]:
        try:
            area = Area.of(scope)
            by_words = self.full_text.hits(query, area, limit)
            by_meaning = self._nearest(vector, area.chosen, pool_for(limit)) if vector and limit > 0 else []
            if not by_meaning:
                return passages_of(by_words, scope, limit)
            by_words = [hit for hit in by_words if hit.relevance > 0]  # 0 is a similar spelling, the last resort
            hits = fused(by_words, by_meaning, all_with_words=len(by_words) < FIRST)
            return passages_of(_with_an_answer(hits, by_words, limit), scope, limit)
        except DatabaseError as error:
            raise RetrievalFailed("could not search the passages") from error

    def _nearest(self, vector: bytes, reach: Reach, limit: int) -> list[Hit]:
        try:
            if not reach.speakers:
                return self.vectors.nearest(vector, reach, limit)
            return near_by_speech(self.vectors.nearest(vector, reach, max(limit, CANDIDATES)), reach.speakers)[:limit]
        except DatabaseError as error:
            logger.warning("Could not search the vectors (%s); searching only the full text", type(error).__name__)
            return []


def _with_an_answer(hits: list[Hit], by_words: Sequence[Hit], limit: int) -> list[Hit]:
    """Return the hits; if none of the first may answer the question, begin with the first that does by its words."""
    if any(hit.relevance >= MIN_RELEVANCE for hit in hits[:limit]):
        return hits
    answers = [hit for hit in by_words[:limit] if hit.relevance >= MIN_RELEVANCE]
    return [hit for hit in hits if hit.pk == answers[0].pk] + hits if answers else hits


def _vector(query: str) -> bytes:
    """Return the vector of a query. The first call imports the endpoint's library."""
    [vector] = embeddings().vectors([query], seconds=settings.CHAT_RETRIEVAL_SECONDS)
    return vector
