"""The OpenAI SDK as the client of an embedding endpoint: it signs and sends requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import openai

if TYPE_CHECKING:
    from databricks.sdk.core import Config


def client_at(url: str, key: str | Callable[[], str]) -> openai.OpenAI:
    """Return a client without retries or redirects: transcripts are sent only to the configured address."""
    http_client = openai.DefaultHttpxClient(follow_redirects=False)
    return openai.OpenAI(base_url=url, api_key=key, max_retries=0, http_client=http_client)


def client_of(config: Config) -> openai.OpenAI:
    """Return a client of the workspace's serving endpoints. It signs in when used, and again when the token expires."""
    return client_at(f"{config.host}/serving-endpoints", lambda: _token(config))


def _token(config: Config) -> str:
    return config.authenticate()["Authorization"].removeprefix("Bearer ")
