"""A program that sends a file through the API in pieces, as slowly as a line is, and nearly without the processor."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import random
import socket
import tempfile
import time
from typing import Any

MB = 1024 * 1024
PIECE = 8 * MB
PACING_RATE = 47
"""SO_MAX_PACING_RATE of Linux: bytes a second that the system sends, whatever it is given."""
SLOWEST = MB
WAIT_SECONDS = 120


class Content:
    """The bytes of a file, which nobody needs to hold: each piece is the same noise, with its number in front."""

    def __init__(self, size: int, seed: int) -> None:
        self.size = size
        self.noise = tempfile.TemporaryFile()  # noqa: SIM115  # it is open as long as the content is sent
        self.noise.write(random.Random(seed).randbytes(PIECE))  # noqa: S311  # content, no secret
        self.noise.flush()

    def head(self, offset: int) -> bytes:
        """Return the first bytes of a piece; the others are those of the noise."""
        return (b"ID3\x04" + offset.to_bytes(8, "big"))[: self.length(offset)]

    def length(self, offset: int) -> int:
        return min(PIECE, self.size - offset)

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for offset in range(0, self.size, PIECE):
            head = self.head(offset)
            self.noise.seek(len(head))
            digest.update(head + self.noise.read(self.length(offset) - len(head)))
        return digest.hexdigest()


class Sender:
    """Sends a file, if asked no faster than ``rate`` bytes a second.

    The system copies the bytes from a file to the connection and keeps the rate. A loop of Python that did so would
    take the processor from the site.
    """

    def __init__(self, port: int, token: str, content: Content, rate: float = 0.0) -> None:
        self._port, self._content, self._rate = port, content, rate
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.uuid = ""

    def begin(self, name: str) -> None:
        body = json.dumps({"files": [{"name": name, "size": self._content.size}]}).encode()
        self.uuid = self._ask("POST", "/api/recordings", body)["files"][0]["uuid"]

    def state(self) -> Any:
        return self._ask("GET", f"/api/uploads/{self.uuid}")

    def send(self) -> None:
        """Send all of the file, at its rate from the first byte to the last."""
        began = time.monotonic()
        for offset in range(0, self._content.size, PIECE):
            self.put(offset, began)

    def put(self, offset: int, began: float = 0.0) -> Any:
        """Send a piece, so that all that was sent since ``began`` has the rate."""
        length = self._content.length(offset)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=WAIT_SECONDS)
        try:
            connection.putrequest("PUT", f"/api/uploads/{self.uuid}/{offset}")
            for name, value in (*self._headers.items(), ("Content-Length", str(length))):
                connection.putheader(name, value)
            connection.endheaders()
            if self._rate:
                seconds = began + (offset + length) / self._rate - time.monotonic()
                pace = max(SLOWEST, int(length / max(seconds, 0.1)))
                connection.sock.setsockopt(socket.SOL_SOCKET, PACING_RATE, pace)
            self._send_body(connection.sock, offset)
            return _said(connection)
        finally:
            connection.close()

    def _send_body(self, connection: socket.socket, offset: int) -> None:
        connection.settimeout(None)  # else each call takes as much as fits and comes back
        head, end = self._content.head(offset), self._content.length(offset)
        connection.sendall(head, socket.MSG_MORE)
        at = len(head)
        while at < end:
            at += os.sendfile(connection.fileno(), self._content.noise.fileno(), at, end - at)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=WAIT_SECONDS)
        try:
            connection.request(method, path, body, self._headers)
            return _said(connection)
        finally:
            connection.close()


def _said(connection: http.client.HTTPConnection) -> Any:
    response = connection.getresponse()
    text = response.read()
    if response.status >= 300:
        raise RuntimeError(f"{response.status}: {text.decode(errors='replace')[:300]}")
    return json.loads(text)
