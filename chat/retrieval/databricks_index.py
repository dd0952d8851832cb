"""The client of Databricks Vector Search, from databricks-langchain."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence

from databricks.sdk import WorkspaceClient

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # databricks-langchain imports mlflow

from databricks_langchain import DatabricksVectorSearch
from urllib3.connection import HTTPConnection

from ..upstream.workspace import workspace

# The client has no timeout: without keepalive, a server that vanishes would block a thread for ever.
HTTPConnection.default_socket_options = [
    *HTTPConnection.default_socket_options,
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
]


def connect(name: str, columns: Sequence[str]) -> DatabricksVectorSearch:
    """Sign in and look up the index, whose rows will have these columns. Block; raise whatever the client raises."""
    return DatabricksVectorSearch(
        index_name=name,
        columns=list(columns),
        workspace_client=WorkspaceClient(config=workspace()),
        client_args={"disable_notice": True},
    )
