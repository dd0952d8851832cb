"""The client of Databricks Vector Search to test with: the real one where it is installed, or a stand-in."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import requests

INDEX = "main.meetings.passages"


class StandIn:
    """A client that sends the requests of the package's class, where the package is not installed."""

    def __init__(self, index_name: str, columns: list[str], workspace_client: Any, client_args: object) -> None:
        config = workspace_client.config
        self.url = f"{config.host}/api/2.0/vector-search/indexes/{index_name}"
        self.headers = {**config.authenticate(), "Content-Type": "application/json"}
        self.columns = [*columns, "id", "text"]
        requests.get(self.url, headers=self.headers, timeout=10).raise_for_status()

    def similarity_search_with_score(
        self,
        query: str,
        *,
        k: int,
        filter: Mapping[str, Any],
        query_type: str,
        total_retries: int,
        disable_notice: bool,
    ) -> list[tuple[Any, float]]:
        assert (total_retries, disable_notice) == (0, True)
        body: dict[str, object] = {"num_results": k, "query_text": query, "query_type": query_type}
        body |= {"filters_json": json.dumps(filter), "columns": self.columns}
        answer = requests.get(f"{self.url}/query", data=json.dumps(body), headers=self.headers, timeout=10)
        answer.raise_for_status()
        rows = answer.json()["result"]["data_array"]
        return [(SimpleNamespace(metadata=dict(zip(self.columns, row[:-1], strict=True))), row[-1]) for row in rows]


def use_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the real client, or its stand-in, with the settings of the test alone."""
    if find_spec("databricks_langchain"):
        with warnings.catch_warnings(action="ignore"):  # the libraries warn of each other on import
            import_module("databricks_langchain")
    else:
        package = ModuleType("databricks_langchain")
        monkeypatch.setattr(package, "DatabricksVectorSearch", StandIn, raising=False)
        monkeypatch.setitem(sys.modules, "databricks_langchain", package)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", "/dev/null")
