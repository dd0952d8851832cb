"""Vectors of texts, by the endpoint that ``EMBEDDINGS`` names; each kind of endpoint is one file."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from .endpoint import TEXT_LIMIT, Endpoint
from .failures import Busy, EmbeddingFailed, TooMuch

__all__ = ["PROVIDERS", "TEXT_LIMIT", "Busy", "EmbeddingFailed", "Endpoint", "TooMuch", "embeddings", "forget"]

PROVIDERS = ("openai", "databricks")
"""The kinds of ``EMBEDDINGS``; each is a module here with a function ``provide(name)``."""

_endpoints: dict[str, Endpoint] = {}
_lock = Lock()


def embeddings() -> Endpoint:
    """The endpoint that ``EMBEDDINGS`` names, as ``<kind>:<name>``. It is not asked yet, and always the same one.

    The first call imports a library, which takes a second. Raises ``ImproperlyConfigured`` when the setting names
    nothing that is known or installed.
    """
    value = str(settings.EMBEDDINGS)
    with _lock:
        if value not in _endpoints:
            _endpoints[value] = _endpoint(value)
        return _endpoints[value]


def forget() -> None:
    """Close the connections, and make the endpoint anew when it is next asked for."""
    with _lock:
        while _endpoints:
            _endpoints.popitem()[1].close()


def _endpoint(value: str) -> Endpoint:
    kind, _, name = value.partition(":")
    if kind not in PROVIDERS:
        raise ImproperlyConfigured(f"EMBEDDINGS={value!r} is not known; known are: {', '.join(PROVIDERS)}")
    if not name:
        raise ImproperlyConfigured(f"EMBEDDINGS={value} lacks a name, as in openai:text-embedding-3-small")
    try:
        provide: Callable[[str], Endpoint] = import_string(f"{__name__}.{kind}.provide")
    except ImportError as error:
        raise ImproperlyConfigured(f"EMBEDDINGS={value!r}: a package is missing: {error}") from error
    return provide(name)
