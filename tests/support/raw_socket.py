"""A WebSocket without a library: it reads only when told to, answers no ping, and sends whatever a test wants."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from typing import Self

from .site_process import SiteProcess

HOST = "127.0.0.1"
PATIENCE = 60
TEXT, CONTINUATION, CLOSE = 1, 0, 8
_UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


class RawSocket:
    """One connection. ``status`` is the status of the response to its handshake, 101 if the socket is open."""

    def __init__(
        self, site: SiteProcess, *headers: str, path: str = "/ws/chat/", origin: str = "", buffer: int = 0
    ) -> None:
        """Ask for a socket. ``buffer`` limits what the system receives ahead of us, in bytes."""
        self._socket = socket.socket()
        self._socket.settimeout(PATIENCE)
        if buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self._socket.connect((HOST, site.port))
        self._received = b""
        lines = "".join(f"{header}\r\n" for header in (f"Host: {HOST}", f"Origin: {origin or site.url}", *headers))
        with contextlib.suppress(ConnectionError):  # the site may refuse before it has read everything
            self._socket.sendall(f"GET {path} HTTP/1.1\r\n{lines}{_UPGRADE}\r\n".encode("latin-1"))
        head = self._until_blank_line()
        self.status = int(head[9:12] or 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def send(self, **command: object) -> None:
        self.send_frame(json.dumps(command, default=str).encode())

    def send_frame(self, payload: bytes, *, kind: int = TEXT, is_last: bool = True) -> None:
        """Send a frame; do nothing if the site has closed the connection."""
        with contextlib.suppress(ConnectionError):
            self._socket.sendall(bytes([is_last << 7 | kind]) + _masked_size(len(payload)) + bytes(4) + payload)

    def close(self) -> None:
        self._socket.close()

    def reset(self) -> None:
        """Close the connection with RST: what was sent before may still wait to be read."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def frame(self) -> tuple[int, bytes]:
        """Return kind and payload of the next frame."""
        kind, size = self._read(2)
        if size == 126:
            (size,) = struct.unpack("!H", self._read(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._read(8))
        return kind & 15, self._read(size)

    def until(self, part: bytes) -> int:
        """Read up to the first text that contains this, and return the bytes of all texts before it."""
        size = 0
        while part not in (payload := self._text()):
            size += len(payload)
        return size

    def close_code(self) -> int:
        """Read up to the close frame, and return its code."""
        kind, payload = self.frame()
        while kind != CLOSE:
            kind, payload = self.frame()
        return int.from_bytes(payload[:2])

    def _text(self) -> bytes:
        kind, payload = self.frame()
        while kind != TEXT:
            assert kind != CLOSE, payload
            kind, payload = self.frame()
        return payload

    def _until_blank_line(self) -> bytes:
        while b"\r\n\r\n" not in self._received and self._receive():
            pass
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        return head

    def _read(self, size: int) -> bytes:
        while len(self._received) < size:
            if not self._receive():
                raise EOFError
        data, self._received = self._received[:size], self._received[size:]
        return data

    def _receive(self) -> bool:
        try:
            received = self._socket.recv(65536)
        except ConnectionError:
            received = b""
        self._received += received
        return bool(received)


def _masked_size(size: int) -> bytes:
    if size < 126:
        return bytes([0x80 | size])
    return struct.pack("!BH", 0x80 | 126, size) if size < 65536 else struct.pack("!BQ", 0x80 | 127, size)
