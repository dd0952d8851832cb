"""A server on loopback, in a thread of its own, for the fakes of the services that the site asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override


class QuietHandler(BaseHTTPRequestHandler):
    """Keeps connections open, and prints nothing of a request."""

    protocol_version = "HTTP/1.1"

    @override
    def log_message(self, *args: object) -> None:
        pass  # keep the output of the tests quiet


@contextmanager
def on_loopback(
    handler: type[BaseHTTPRequestHandler], kind: type[ThreadingHTTPServer] = ThreadingHTTPServer, **known: object
) -> Iterator[str]:
    """Serve at the address that is yielded while the block runs; the handler has what is ``known`` as attributes."""
    server = kind(("127.0.0.1", 0), type("Handler", (handler,), known))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
