"""Embeddings: vectors of texts from the endpoint that ``EMBEDDINGS`` names. Each kind of endpoint has one file."""

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
    """Return the endpoint that ``EMBEDDINGS`` names as ``<kind>:<name>``, always the same object; send it no request.

    The first call imports a library, which takes a second. Raise ``ImproperlyConfigured`` if the kind is unknown or a
    package is not installed.
    """
    value = str(settings.EMBEDDINGS)
    with _lock:
        if value not in _endpoints:
            _endpoints[value] = _endpoint(value)
        return _endpoints[value]


def reset() -> None:
    """Close the connections; the next call of ``embeddings`` creates the endpoint anew."""
    with _lock:
        while _endpoints:
            _endpoints.popitem()[1].close()


def _endpoint(value: str) -> Endpoint:
    kind, _, name = value.partition(":")
    if kind not in PROVIDERS:
        raise ImproperlyConfigured(f"EMBEDDINGS={value!r} is unknown; the known kinds are: {', '.join(PROVIDERS)}")
    if not name:
        raise ImproperlyConfigured(f"EMBEDDINGS={value} needs a name, as in openai:text-embedding-3-small")
    try:
        provide: Callable[[str], Endpoint] = import_string(f"{__name__}.{kind}.provide")
    except ImportError as error:
        raise ImproperlyConfigured(f"EMBEDDINGS={value!r} needs a package that is not installed: {error}") from error
    return provide(name)
