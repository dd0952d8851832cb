"""``databricks:<endpoint>``: an embedding endpoint of Databricks model serving.

It is asked at its invocations, which every kind of endpoint has, and not with LangChain's ``DatabricksEmbeddings``:
that goes by way of mlflow, which takes ten seconds to import and repeats a refused call where nobody can stop it.
"""

from __future__ import annotations

from urllib.parse import quote

import openai
from databricks.sdk.core import Config

from ...upstream.workspace import workspace
from .endpoint import Endpoint
from .openai import client_at

BATCH = 20
"""Texts at once; Databricks' own client sends no more."""


def provide(name: str) -> Endpoint:
    """The endpoint of this name. Raises ``ImproperlyConfigured`` without a workspace."""
    path = f"/{quote(name, safe='')}/invocations"
    return Endpoint(client_of(workspace()), name=f"databricks:{name}", path=path, body={}, batch=BATCH)


def client_of(config: Config) -> openai.OpenAI:
    """A client of the workspace's serving endpoints; it signs in when it is used, and again when the token ends."""
    return client_at(f"{config.host}/serving-endpoints", lambda: _token(config))


def _token(config: Config) -> str:
    return config.authenticate()["Authorization"].removeprefix("Bearer ")
