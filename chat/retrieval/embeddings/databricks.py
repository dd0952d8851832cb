"""``databricks:<endpoint>``: an embedding endpoint of Databricks model serving.

Requests go to its invocations URL, which every kind of endpoint has, and not through LangChain's
``DatabricksEmbeddings``: that uses mlflow, which takes ten seconds to import, and whose retries cannot be turned off.
"""

from __future__ import annotations

from urllib.parse import quote

from ...upstream.workspace import workspace
from .client import client_of
from .endpoint import Endpoint

BATCH = 20
"""Texts per request; Databricks' own client sends no more."""


def provide(name: str) -> Endpoint:
    """Return the endpoint of this name. Raise ``ImproperlyConfigured`` without a workspace."""
    path = f"/{quote(name, safe='')}/invocations"
    return Endpoint(client_of(workspace()), name=f"databricks:{name}", path=path, body={}, batch=BATCH)
