"""The passages of the recordings that may answer a question: one interface, and one file per way to find them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from . import embeddings
from .full_text import FullText
from .hybrid import Hybrid, NearestNeighbours
from .indexing import Spoken, index, index_again, index_new
from .interface import Retriever
from .matrix import Matrix
from .pgvector import PgVector
from .postgres import PostgresIndex
from .results import MIN_RELEVANCE
from .sqlite import SQLiteIndex
from .vector_search import VectorSearch
from .word_index import Index

__all__ = [
    "MIN_RELEVANCE",
    "RETRIEVERS",
    "Retriever",
    "Spoken",
    "full_text",
    "index",
    "index_again",
    "index_new",
    "own_search",
    "reset",
    "retriever",
    "state",
    "warm",
]

RETRIEVERS = ("embedded", "databricks")
"""The kinds of ``CHAT_RETRIEVER``."""

_INDEXES: dict[str, type[Index]] = {"sqlite": SQLiteIndex, "postgresql": PostgresIndex}
_VECTORS: dict[str, Callable[[str], NearestNeighbours]] = {"sqlite": Matrix, "postgresql": PgVector}


def retriever() -> FullText | Hybrid | VectorSearch:
    """Return the retriever that ``CHAT_RETRIEVER`` and ``EMBEDDINGS`` name; all calls share its clients and caches.

    Raise ``ImproperlyConfigured`` if there is none.
    """
    kind, _, name = str(settings.CHAT_RETRIEVER).partition(":")
    if kind not in RETRIEVERS or (kind == "embedded") == bool(name):
        forms = "embedded or databricks:<catalog>.<schema>.<index>"
        raise ImproperlyConfigured(f"CHAT_RETRIEVER={settings.CHAT_RETRIEVER!r} is unknown; it must be {forms}")
    return _vector_search(name) if name else own_search()


def own_search() -> FullText | Hybrid:
    """Return the search in the site's database. Raise ``ImproperlyConfigured`` unless it is SQLite or PostgreSQL."""
    if connection.vendor not in _INDEXES:
        raise ImproperlyConfigured(f"CHAT_RETRIEVER=embedded needs SQLite or PostgreSQL, not {connection.vendor}")
    if settings.EMBEDDINGS:
        return _hybrid(connection.vendor, str(settings.EMBEDDINGS))
    return full_text()


def full_text() -> FullText:
    """Return the search by words alone in the site's database, which must be SQLite or PostgreSQL."""
    return FullText(_INDEXES[connection.vendor]())


def warm() -> None:
    """Import the libraries and create the clients that the first search needs. Block for seconds; raise any error."""
    if settings.EMBEDDINGS:
        embeddings.embeddings()
    search = retriever()
    if isinstance(search, VectorSearch):
        search.connect()


def state() -> str:
    """Return ``unavailable`` while the breaker is open and searches do without their remote, else ``ok``."""
    search = retriever()
    is_down = not isinstance(search, FullText) and search.remote.breaker.is_open
    return "unavailable" if is_down else "ok"


def reset() -> None:
    """Close the clients and clear the caches, so that the next search follows changed settings."""
    embeddings.reset()
    _hybrid.cache_clear()
    _vector_search.cache_clear()


@cache
def _hybrid(vendor: str, model: str) -> Hybrid:
    return Hybrid(FullText(_INDEXES[vendor]()), _VECTORS[vendor](model))


@cache
def _vector_search(name: str) -> VectorSearch:
    return VectorSearch(name, fallback=own_search)
