"""An MLflow tracking server on loopback, as far as traces need one; it keeps what it is sent, or fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TRACES = "/api/3.0/mlflow/traces/"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/"
PROVIDER_TEXT = "canary-of-the-tracking-server-3321"


class TrackingServer:
    """``traces``, ``spans`` and ``assessments`` by the trace's id; what has one of ``fails`` in its path gets a 500;
    unless ``open``, nothing gets an answer."""

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
        """Wait for something that requests bring about."""
        with self._news:
            assert self._news.wait_for(is_so, timeout=30)

    def answer(self, method: str, path: str, body: str) -> tuple[int, Any]:
        """The status and the body of an answer."""
        self._tell(lambda: self.requests.append((f"{method} {path}", body)))
        self.open.wait()
        if any(part in path for part in self.fails):
            return 500, {"error_code": "INTERNAL_ERROR", "message": PROVIDER_TEXT}
        if path.startswith(ARTIFACTS):
            name = path.removeprefix(ARTIFACTS).split("/")[2]
            self._tell(lambda: self.spans.update({name: json.loads(body)["spans"]}))
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
        trace, given = names[0], self.assessments.setdefault(names[0], [])
        if trace not in self.traces:
            return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": PROVIDER_TEXT}
        if method == "GET":
            return 200, {"trace": {"trace_info": self.traces[trace] | {"assessments": given}}}
        if method == "POST":
            given.append(body["assessment"] | {"assessment_id": f"a-{len(given) + 1}"})
            return 200, {"assessment": given[-1]}
        known = next(each for each in given if each["assessment_id"] == names[2])
        known.update(body["assessment"])
        return 200, {"assessment": known}

    def _tell(self, change: Callable[[], object]) -> None:
        with self._news:
            change()
            self._news.notify_all()

    def _stored(self, info: Any) -> Any:
        place = f"mlflow-artifacts:/7/traces/{info['trace_id']}/artifacts"
        self.traces[info["trace_id"]] = info | {"tags": {**info["tags"], "mlflow.artifactLocation": place}}
        return self.traces[info["trace_id"]]


@contextmanager
def tracking_server() -> Iterator[tuple[TrackingServer, str]]:
    """A server, and its address."""
    tracking = TrackingServer()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            status, said = tracking.answer(self.command, self.path, body)
            raw = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = do_PATCH = answer  # noqa: N815  # the names are http.server's

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield tracking, f"http://127.0.0.1:{server.server_port}"
        finally:
            tracking.open.set()
            server.shutdown()
