"""Which passages of the recordings may answer a question: one interface, a file for each way to find them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from . import embeddings
from .full_text import FullText, Index
from .hybrid import Hybrid, Nearest
from .indexing import index
from .interface import Retriever
from .matrix import Matrix
from .pgvector import PgVector
from .postgres import PostgresIndex
from .results import FOUND
from .sqlite import SQLiteIndex
from .vector_search import VectorSearch

__all__ = ["FOUND", "RETRIEVERS", "Retriever", "forget", "index", "own_search", "retriever", "state", "warm"]

RETRIEVERS = ("embedded", "databricks")
"""The kinds of ``CHAT_RETRIEVER``."""

_INDEXES: dict[str, type[Index]] = {"sqlite": SQLiteIndex, "postgresql": PostgresIndex}
_VECTORS: dict[str, Callable[[str], Nearest]] = {"sqlite": Matrix, "postgresql": PgVector}


def retriever() -> FullText | Hybrid | VectorSearch:
    """The retriever that ``CHAT_RETRIEVER`` and ``EMBEDDINGS`` name, always the same one.

    Raises ``ImproperlyConfigured`` when there is none.
    """
    kind, _, name = str(settings.CHAT_RETRIEVER).partition(":")
    if kind not in RETRIEVERS or (kind == "embedded") == bool(name):
        known = "embedded, databricks:<catalog>.<schema>.<index>"
        raise ImproperlyConfigured(f"CHAT_RETRIEVER={settings.CHAT_RETRIEVER!r} is not known; known are: {known}")
    return _vector_search(name) if name else own_search()


def own_search() -> FullText | Hybrid:
    """The search in the site's own database. Raises ``ImproperlyConfigured`` on another than SQLite or PostgreSQL."""
    if connection.vendor not in _INDEXES:
        raise ImproperlyConfigured(f"CHAT_RETRIEVER=embedded needs SQLite or PostgreSQL, not {connection.vendor}")
    if settings.EMBEDDINGS:
        return _hybrid(connection.vendor, str(settings.EMBEDDINGS))
    return FullText(_INDEXES[connection.vendor]())


def warm() -> None:
    """Import what the first search needs and make its clients; blocks for seconds. Raises what goes wrong."""
    if settings.EMBEDDINGS:
        embeddings.embeddings()
    found = retriever()
    if isinstance(found, VectorSearch):
        found.connect()


def state() -> str:
    """``ok``, or ``unavailable`` while a service that searches ask is taken to be down, and full text answers alone."""
    found = retriever()
    is_down = not isinstance(found, FullText) and found.remote.breaker.is_open
    return "unavailable" if is_down else "ok"


def forget() -> None:
    """Make clients and caches anew at the next search, as after a change of the settings."""
    embeddings.forget()
    _hybrid.cache_clear()
    _vector_search.cache_clear()


@cache
def _hybrid(vendor: str, model: str) -> Hybrid:
    return Hybrid(FullText(_INDEXES[vendor]()), _VECTORS[vendor](model))


@cache
def _vector_search(name: str) -> VectorSearch:
    return VectorSearch(name, instead=own_search)
