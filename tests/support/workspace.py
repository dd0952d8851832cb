"""A fake workspace on loopback that embeds texts and searches an index, well or badly, and records its requests.

It has the API of an OpenAI-compatible server (``/v1/embeddings``), of Databricks model serving
(``/serving-endpoints/…``) and of Databricks Vector Search (``/api/2.0/vector-search/…``). Texts whose words mean the
same get vectors that are near each other: see ``MEANINGS``.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from .loopback import QuietHandler, on_loopback

PROVIDER_TEXT = "canary-of-the-provider-3391"
TOKEN = "canary-of-the-workspace-7725"
OAUTH_TOKEN = "canary-of-oauth-1184"
DIMENSIONS = 64
MEANINGS = {
    "ship": "launch",
    "autumn": "october",
    "costs": "price",
    "vegetables": "tomatoes",
    "glasshouse": "greenhouse",
}


@dataclass(frozen=True)
class Asked:
    """A request as it was received."""

    method: str
    path: str
    key: str
    body: Any


@dataclass
class Workspace:
    """The interface for tests. ``plan`` has the next responses to embeddings and queries; later ones are correct.

    An entry is a status, a ``(status, Retry-After)``, bytes of a body that is not JSON, a JSON value, or ``stall``.
    """

    plan: list[Any] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    """Rows of the index: id, text, recording_id, first_segment, last_segment, score."""
    longest: int = 100_000
    """Most characters of a text that the model accepts."""
    most: int = 1000
    """Most texts of one request."""
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)
    _stall_at: tuple[int, threading.Event] | None = None

    def stall_after(self, requests: int, reached: threading.Event) -> None:
        """Leave one request, after this many others, without a response; set ``reached`` when it has arrived."""
        self._stall_at = requests, reached

    def next_step(self) -> Any:
        """Return how to respond to the last request; None for a correct response."""
        if self._stall_at and len(self.asked) > self._stall_at[0]:
            reached, self._stall_at = self._stall_at[1], None
            reached.set()
            return "stall"
        return self.plan.pop(0) if self.plan else None

    @property
    def embedded(self) -> list[str]:
        """The texts that were sent to be embedded, in order."""
        return [text for asked in self.asked if isinstance(asked.body, dict) for text in asked.body.get("input", [])]

    @property
    def queries(self) -> list[dict[str, Any]]:
        """The queries that the index received."""
        return [asked.body for asked in self.asked if asked.path.endswith("/query")]


def vector(text: str) -> list[float]:
    """Return the vector of a text, near to those of texts with words of the same meaning."""
    values = [0.01] * DIMENSIONS
    for word in re.findall(r"\w{4,}", text.lower()):
        values[crc32(MEANINGS.get(word, word).encode()) % DIMENSIONS] += 1.0
    return values


@contextmanager
def serving() -> Iterator[Workspace]:
    """Run a workspace at ``url`` while the block runs."""
    workspace = Workspace()
    with on_loopback(_Handler, workspace=workspace) as workspace.url:
        try:
            yield workspace
        finally:
            workspace.released.set()


class _Handler(QuietHandler):
    workspace: Workspace

    def do_GET(self) -> None:  # noqa: N802  # the name is http.server's
        self._answer()

    def do_POST(self) -> None:  # noqa: N802  # the name is http.server's
        self._answer()

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_json = "json" in self.headers.get("Content-Type", "")
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.workspace.asked.append(Asked(self.command, self.path, key, json.loads(raw) if is_json and raw else None))
        is_work = self.path.endswith(("/embeddings", "/invocations", "/query"))
        if is_work and (step := self.workspace.next_step()) is not None:
            self._as_planned(step)
        elif self.path.endswith("/query"):
            self._query(self.workspace.asked[-1].body)
        elif self.path.endswith(("/embeddings", "/invocations")):
            self._embed(self.workspace.asked[-1].body["input"])
        else:
            self._describe()

    def _as_planned(self, step: Any) -> None:
        if step == "stall":
            self.workspace.released.wait()
            self.close_connection = True
        elif isinstance(step, bytes):
            self._send(200, step)
        elif isinstance(step, int):
            self._respond({"message": PROVIDER_TEXT}, step)
        elif isinstance(step, tuple):
            self._respond({"message": PROVIDER_TEXT}, step[0], {"Retry-After": str(step[1])})
        else:
            self._respond(step)

    def _embed(self, texts: list[str]) -> None:
        if len(texts) > self.workspace.most or max(map(len, texts)) > self.workspace.longest:
            self._respond({"error": {"message": PROVIDER_TEXT}}, 400)
            return
        items = [{"object": "embedding", "index": n, "embedding": vector(text)} for n, text in enumerate(texts)]
        self._respond({"object": "list", "data": items[::-1], "usage": {"prompt_tokens": 2, "total_tokens": 2}})

    def _query(self, asked: dict[str, Any]) -> None:
        columns = [*({"name": name} for name in asked["columns"]), {"name": "score"}]
        names = ["recording_id", "first_segment", "last_segment", "id", "text", "score"]
        rows = [
            [dict(zip(names, row, strict=True))[column["name"]] for column in columns] for row in self.workspace.rows
        ]
        result = {"row_count": len(rows), "data_array": rows}
        self._respond({"manifest": {"columns": columns}, "result": result, "next_page_token": ""})

    def _describe(self) -> None:
        """Respond to the requests that clients send before their first call."""
        url = self.workspace.url
        name = self.path.rpartition("/")[2]
        answers: dict[str, Any] = {
            "/.well-known/databricks-config": {"oidc_endpoint": f"{url}/oidc", "workspace_id": "1"},
            "/oidc/.well-known/oauth-authorization-server": {
                "authorization_endpoint": f"{url}/oidc/v1/authorize",
                "token_endpoint": f"{url}/oidc/v1/token",
            },
            "/oidc/v1/token": {"access_token": OAUTH_TOKEN, "token_type": "Bearer", "expires_in": 3600},
            f"/api/2.0/vector-search/indexes/{name}": _index(name),
            f"/api/2.0/serving-endpoints/{name}": {"name": name, "id": "e1", "state": {"ready": "READY"}},
        }
        path = self.path.partition("?")[0]
        self._respond(answers.get(path, {"message": PROVIDER_TEXT}), 200 if path in answers else 404)

    def _respond(self, answer: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(answer).encode(), headers)

    def _send(self, status: int, raw: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)


def _index(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "endpoint_name": "vs",
        "primary_key": "id",
        "index_type": "DELTA_SYNC",
        "delta_sync_index_spec": {
            "source_table": "main.meetings.passages_table",
            "pipeline_type": "TRIGGERED",
            "embedding_source_columns": [{"name": "text", "embedding_model_endpoint_name": "bge"}],
        },
        "status": {"ready": True},  # without an index_url, which the client would call over https
    }
