"""``databricks:<endpoint>``: an embedding endpoint of Databricks model serving.

It is asked at its invocations, which every kind of endpoint has, and not with LangChain's ``DatabricksEmbeddings``:
that goes by way of mlflow, which takes ten seconds to import and repeats a refused call where nobody can stop it.
"""

from __future__ import annotations

from urllib.parse import quote

from ...upstream.workspace import workspace
from .client import client_of
from .endpoint import Endpoint

BATCH = 20
"""Texts at once; Databricks' own client sends no more."""


def provide(name: str) -> Endpoint:
    """The endpoint of this name. Raises ``ImproperlyConfigured`` without a workspace."""
    path = f"/{quote(name, safe='')}/invocations"
    return Endpoint(client_of(workspace()), name=f"databricks:{name}", path=path, body={}, batch=BATCH)
