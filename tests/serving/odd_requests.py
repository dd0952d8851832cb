"""Forty requests that no page of ours sends: of scanners, broken clients and forged pages."""

from __future__ import annotations

import contextlib
import socket

HOST = "127.0.0.1"
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


def request(start: str, *headers: str, host: str = HOST, body: str = "") -> bytes:
    lines = [start, f"Host: {host}", "Connection: close", *headers, *([f"Content-Length: {len(body)}"] if body else [])]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")


def handshake(path: str, *headers: str) -> bytes:
    """Return the handshake of a socket."""
    text = "".join(f"{header}\r\n" for header in headers)
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{UPGRADE}{text}\r\n".encode("latin-1")


def odd_requests(origin: str) -> list[bytes]:
    """Return the requests; ``origin`` is one of the site's own."""
    hosts = ["evil.example", "evil.example:80", "a b", "", "[::", "xn--a", "127.0.0.1.evil.example", "a_b@c"]
    paths = ["/wp-login.php", "/.env", "/nothing/", "//evil.example/", "/%00", "/%ff%fe", "/static/../../etc/passwd"]
    paths += ["/static/%2e%2e/secret_key", "/recordings/not-a-uuid/", "/c/x/", "/admin/nothing/", "/accounts/link/x/y/"]
    form = "Content-Type: application/x-www-form-urlencoded"
    return [
        *[request("GET / HTTP/1.1", host=host) for host in hosts],
        *[request(f"GET {path} HTTP/1.1") for path in paths],
        request("POST /accounts/login/ HTTP/1.1", form, body="username=x"),
        request("POST /accounts/login/ HTTP/1.1", form, "Origin: https://evil.example", body="username=x"),
        request("POST /accounts/login/ HTTP/1.1", form, "Cookie: csrftoken=short", body="csrfmiddlewaretoken=x"),
        request("DELETE /livez HTTP/1.1"),
        request("POST / HTTP/1.1", "Content-Type: multipart/form-data", body="x"),
        request("GET /api/conversations/ HTTP/1.1", "Authorization: Bearer x"),
        handshake("/ws/chat/"),
        handshake("/ws/chat/", "Origin: https://evil.example"),
        handshake("/ws/chat/", "Origin: null"),
        handshake("/ws/nothing/", f"Origin: {origin}"),
        handshake("/", f"Origin: {origin}"),
        request("GET /\xff HTTP/1.1"),
        request("GET /?q=\xff HTTP/1.1"),
        request("GET http://evil.example/ HTTP/1.1"),
        request("GET nothing HTTP/1.1"),
        request("GET / HTTP/1.1", "X-Odd: \xff\xfe"),
        request("GET / HTTP/1.1", "Range: bytes=9-1", "Accept-Language: \xff"),
        handshake("/ws/\xff/", f"Origin: {origin}"),
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /nothing/ HTTP/1.0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ]


def send(port: int, data: bytes) -> bytes:
    """Send these bytes, and return what comes back until the server closes or is silent."""
    received = b""
    with socket.create_connection((HOST, port), timeout=5) as client, contextlib.suppress(OSError):
        client.sendall(data)
        while piece := client.recv(65536):
            received += piece
            if received.startswith(b"HTTP/1.1 101"):
                break
    return received
