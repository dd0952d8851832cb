"""Which passages of the recordings may answer a question: one interface, a file for each way to find them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from ..passages import Passage
from .full_text import FullText, Index
from .indexing import index
from .postgres import PostgresIndex
from .sqlite import SQLiteIndex

__all__ = ["FOUND", "Retriever", "index", "retriever"]

FOUND = 0.4
"""The question is answered when the best of its passages is this relevant; the others may be less and still help.

docs/retrieval.md has the figures by which it was chosen.
"""

_INDEXES: dict[str, type[Index]] = {"sqlite": SQLiteIndex, "postgresql": PostgresIndex}


class Retriever(Protocol):
    """Finds passages."""

    def search(self, query: str, *, recordings: Sequence[UUID] = (), limit: int) -> list[Passage]:
        """At most ``limit`` passages, the best first, no two with a segment in common.

        Any string is a query. ``recordings`` is the filter, empty for all. When nothing matches, what comes nearest is
        returned with a low relevance. Reads the database and blocks. Raises ``RetrievalFailed``.
        """


def retriever() -> Retriever:
    """The retriever that ``CHAT_RETRIEVER`` names. Raises ``ImproperlyConfigured`` when there is none."""
    if settings.CHAT_RETRIEVER != "embedded":
        raise ImproperlyConfigured(f"CHAT_RETRIEVER={settings.CHAT_RETRIEVER!r} is not known; known is: embedded")
    if connection.vendor not in _INDEXES:
        raise ImproperlyConfigured(f"CHAT_RETRIEVER=embedded needs SQLite or PostgreSQL, not {connection.vendor}")
    return FullText(_INDEXES[connection.vendor]())
