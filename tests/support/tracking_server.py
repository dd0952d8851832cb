"""A fake MLflow tracking server on loopback with the API for traces; it stores what it receives, or fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

TRACES = "/api/3.0/mlflow/traces/"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/"
PROVIDER_TEXT = "canary-of-the-tracking-server-3321"


class TrackingServer:
    """Stores ``traces``, ``spans`` and ``assessments`` by the trace's id.

    A request with one of ``fails`` in its path gets a 500; while ``open`` is not set, requests get no response.
    """

    def __init__(self) -> None:
        self.traces: dict[str, Any] = {}
        self.spans: dict[str, Any] = {}
        self.requests: list[tuple[str, str]] = []
        self.experiments: dict[str, str] = {}
        self.assessments: dict[str, list[Any]] = {}
        self.fails: set[str] = set()
        self.open = threading.Event()
        self.open.set()
        self._news = threading.Condition()

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until requests have made a condition true."""
        with self._news:
            assert self._news.wait_for(is_so, timeout=30)

    def answer(self, method: str, path: str, body: str) -> tuple[int, Any]:
        """Record a request, and return the status and the body of the response."""
        self._record(lambda: self.requests.append((f"{method} {path}", body)))
        self.open.wait()
        if any(part in path for part in self.fails):
            return 500, {"error_code": "INTERNAL_ERROR", "message": PROVIDER_TEXT}
        if path.startswith(ARTIFACTS):
            name = path.removeprefix(ARTIFACTS).split("/")[2]
            self._record(lambda: self.spans.update({name: json.loads(body)["spans"]}))
            return 200, {}
        if path == "/api/3.0/mlflow/traces":
            return 200, {"trace": {"trace_info": self._stored(json.loads(body)["trace"]["trace_info"])}}
        if path.startswith(TRACES):
            return self._trace(
                method, path.partition("?")[0].removeprefix(TRACES).split("/"), json.loads(body) if body else {}
            )
        if path.endswith("/experiments/create"):
            self.experiments[json.loads(body)["name"]] = "7"
            return 200, {"experiment_id": "7"}
        if "/experiments/" in path and self.experiments:
            [[name, number]] = self.experiments.items()
            return 200, {"experiment": {"experiment_id": number, "name": name, "lifecycle_stage": "active"}}
        return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": PROVIDER_TEXT}

    def _trace(self, method: str, names: list[str], body: Any) -> tuple[int, Any]:
        trace, assessments = names[0], self.assessments.setdefault(names[0], [])
        if trace not in self.traces:
            return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": PROVIDER_TEXT}
        if method == "GET":
            return 200, {"trace": {"trace_info": self.traces[trace] | {"assessments": assessments}}}
        if method == "POST":
            assessments.append(body["assessment"] | {"assessment_id": f"a-{len(assessments) + 1}"})
            return 200, {"assessment": assessments[-1]}
        if method == "DELETE":
            assessments[:] = [each for each in assessments if each["assessment_id"] != names[2]]
            return 200, {}
        changed = next(each for each in assessments if each["assessment_id"] == names[2])
        changed.update(body["assessment"])
        return 200, {"assessment": changed}

    def _record(self, change: Callable[[], object]) -> None:
        with self._news:
            change()
            self._news.notify_all()

    def _stored(self, info: Any) -> Any:
        place = f"mlflow-artifacts:/7/traces/{info['trace_id']}/artifacts"
        self.traces[info["trace_id"]] = info | {"tags": {**info["tags"], "mlflow.artifactLocation": place}}
        return self.traces[info["trace_id"]]


@contextmanager
def tracking_server() -> Iterator[tuple[TrackingServer, str]]:
    """Run a server; yield it and its address."""
    tracking = TrackingServer()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            status, response = tracking.answer(self.command, self.path, body)
            raw = json.dumps(response).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  # the names are http.server's

        @override
        def log_message(self, *_: object) -> None:
            pass  # keep the output of the tests quiet

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield tracking, f"http://127.0.0.1:{server.server_port}"
        finally:
            tracking.open.set()
            server.shutdown()
