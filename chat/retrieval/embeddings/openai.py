"""``openai:<model>``: OpenAI, or a compatible server at ``EMBEDDINGS_BASE_URL`` or ``OPENAI_BASE_URL``."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .client import client_at, client_of
from .endpoint import Endpoint

OPENAI_URL = "https://api.openai.com/v1"
BATCH = 64
"""Texts per request: some 30,000 tokens, a tenth of what OpenAI allows."""


def provide(name: str) -> Endpoint:
    """Return the endpoint of this model. Raise ``ImproperlyConfigured`` without a key or the address of a server."""
    url, key = _address()
    if url == "databricks":
        from ...upstream.workspace import workspace

        client = client_of(workspace())
    else:
        client = client_at(url, key)
    body = {"model": name, "encoding_format": "float"}
    return Endpoint(client, name=f"openai:{name}", path="/embeddings", body=body, batch=BATCH)


def _address() -> tuple[str, str]:
    """Return address and key. A server in ``EMBEDDINGS_BASE_URL`` never gets ``OPENAI_API_KEY``, the key of another."""
    if settings.EMBEDDINGS_BASE_URL:
        url, key = settings.EMBEDDINGS_BASE_URL, settings.EMBEDDINGS_API_KEY
    else:
        url, key = settings.OPENAI_BASE_URL, settings.EMBEDDINGS_API_KEY or settings.OPENAI_API_KEY
    if not url and not key:
        raise ImproperlyConfigured("EMBEDDINGS=openai:… needs OPENAI_API_KEY, or a server in EMBEDDINGS_BASE_URL")
    return url or OPENAI_URL, key or "none"  # self-hosted servers often need no key, but the SDK requires one
