"""Search by words and by meaning, the two fused."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError

from ..database import in_database, persist
from ..errors import RetrievalFailed
from ..passages import Passage
from ..terms import names_a_subject
from .embeddings import embeddings
from .full_text import FullText
from .fusion import fused
from .remote import OptionalRemote
from .results import Hit, passages_of, pool_for, scope_of

logger = logging.getLogger(__name__)


class Nearest(Protocol):
    """The vectors of one embedding model in one kind of database."""

    def nearest(self, vector: bytes, scope: Sequence[int] | None, limit: int) -> list[Hit]:
        """The passages in scope whose vectors are nearest, the best first; none where there are no vectors.

        ``vector`` is as in ``PassageVector``. The score is the cosine. Raises ``DatabaseError``.
        """


@dataclass(frozen=True)
class Hybrid:
    """The full text, and passages that mean the same in other words.

    When there is no vector to be had of the question, or none of the passages, the full text answers alone.
    """

    full_text: FullText
    vectors: Nearest
    remote: OptionalRemote = field(default_factory=lambda: OptionalRemote("The embedding endpoint", load=embeddings))

    async def retrieve(self, query: str, *, recordings: Sequence[UUID] = (), limit: int) -> list[Passage]:
        """As ``Retriever.retrieve`` says. No thread of the database waits for the network."""
        vector = await self.remote.ask(partial(_vector, query)) if names_a_subject(query) else None
        return await persist(lambda: in_database(self._search, query, vector, recordings, limit))

    def _search(self, query: str, vector: bytes | None, recordings: Sequence[UUID], limit: int) -> list[Passage]:
        try:
            scope = scope_of(recordings)
            by_words = self.full_text.hits(query, scope, limit)
            by_meaning = self._nearest(vector, scope, pool_for(limit)) if vector and limit > 0 else []
            if by_meaning:  # what is merely spelled alike was the last resort
                by_words = fused([hit for hit in by_words if hit.relevance > 0], by_meaning)
            return passages_of(by_words, scope, limit)
        except DatabaseError as error:
            raise RetrievalFailed("the passages could not be searched") from error

    def _nearest(self, vector: bytes, scope: Sequence[int] | None, limit: int) -> list[Hit]:
        try:
            return self.vectors.nearest(vector, scope, limit)
        except DatabaseError as error:
            logger.warning("The vectors cannot be searched (%s); the full text answers alone", type(error).__name__)
            return []


def _vector(query: str) -> bytes:
    """Imports the endpoint's library when it is the first."""
    [vector] = embeddings().vectors([query], seconds=settings.CHAT_RETRIEVAL_SECONDS)
    return vector
