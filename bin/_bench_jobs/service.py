"""A service on loopback that transcribes and embeds, slowly enough to be interrupted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SEGMENTS, SECONDS, PAUSE = 600, 40, 0.4
"""Of a transcript, of the sound, and before each answer."""


class Service(BaseHTTPRequestHandler):
    """Transcribes everything to the same words, and embeds everything to the same vector."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(PAUSE)
        answer = self._vectors(json.loads(body)) if self.path.endswith("/embeddings") else _transcript()
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked was killed
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _vectors(self, asked: dict[str, list[str]]) -> dict[str, object]:
        data = [{"index": n, "object": "embedding", "embedding": [0.6, 0.8]} for n, _ in enumerate(asked["input"])]
        return {"object": "list", "model": "bench", "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


def _transcript() -> dict[str, object]:
    each = SECONDS / SEGMENTS
    segments = [
        {"start": n * each, "end": (n + 1) * each, "text": f"Point {n} of the review is the pump of hall {n % 17}."}
        for n in range(SEGMENTS)
    ]
    return {"task": "transcribe", "language": "english", "text": "…", "segments": segments, "words": []}


@contextmanager
def service() -> Iterator[str]:
    """Give the address of a running service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
