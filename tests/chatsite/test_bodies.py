"""The bodies of requests: which are read, which are refused, and when."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import RequestAborted

from chat.serving.life import BODY_LIMIT
from chatsite import bodies
from chatsite.bodies import BodyRefused, PageHandler

from ..support.receiving import pieces, receiving
from ..support.site_process import SiteProcess


@pytest.mark.parametrize("parts", [[b""], [b"short"], [bytes(10), b"x" * 600_000, b"", b"y" * 600_000, b"end"]])
async def test_a_body_is_read_as_it_was_sent(parts: list[bytes]) -> None:
    with await PageHandler().read_body(receiving(*pieces(*parts))) as file:
        assert file.read() == b"".join(parts)


async def test_a_client_that_leaves_ends_the_request() -> None:
    with pytest.raises(RequestAborted):
        await PageHandler().read_body(receiving(pieces(b"a", b"b")[0], {"type": "http.disconnect"}))


async def test_a_longer_body_than_any_is_refused_while_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_LIMIT", 1000)

    with pytest.raises(BodyRefused, match="at most 64 MB"):
        await PageHandler().read_body(receiving(*pieces(bytes(900), bytes(101))))


async def test_a_body_that_announces_to_be_too_long_gets_413() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"content-length", str(BODY_LIMIT + 1).encode())]}
    await PageHandler().handle(scope, receiving(), send)

    assert sent[0]["status"] == 413
    assert b"at most 64 MB" in sent[1]["body"]


class Sending:
    """A client that sends the head of a request with a body of 300 KB or more, and the body only when it is told to."""

    def __init__(self, site: SiteProcess, line: str, *headers: str, length: int = 8 * 2**20) -> None:
        self.length = length
        self.socket = socket.create_connection(("127.0.0.1", site.port), timeout=30)
        head = [f"{line} HTTP/1.1", f"Host: 127.0.0.1:{site.port}", f"Content-Length: {length}", *headers]
        self.socket.sendall(("\r\n".join(head) + "\r\n\r\n").encode())

    def answer(self) -> tuple[int, bytes]:
        response = http.client.HTTPResponse(self.socket)
        response.begin()
        return response.status, response.read()

    def send_body(self) -> None:
        self.socket.sendall(bytes(self.length))

    def ask(self, path: str) -> int:
        """Ask for something else on the same connection."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return self.answer()[0]


STRANGERS = {
    f"PUT /api/uploads/{uuid4()}/0": (401, b"Sign in, or send a valid API token"),
    f"PUT /recordings/upload/{uuid4()}/0": (403, b""),
    "POST /recordings/upload/": (401, b"Please sign in: others may send at most 256 KB."),
    "POST /accounts/login/": (401, b"Please sign in"),
    "POST /nothing/": (401, b"Please sign in"),
}


@pytest.mark.process
@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_a_stranger_is_refused_before_a_long_body_has_come(
    request: pytest.FixtureRequest, start_site: Callable[..., SiteProcess], server: str
) -> None:
    site = request.getfixturevalue("site") if server == "daphne" else start_site(SERVER=server)

    for line, (status, words) in STRANGERS.items():
        sending = Sending(site, line)
        said = sending.answer()
        assert (said[0], words in said[1]) == (status, True), (line, said)
        sending.send_body()  # what most clients do before they read
        assert sending.ask("/livez") == 200, line
        sending.socket.close()


@pytest.mark.process
def test_a_stranger_whose_body_comes_in_chunks_is_refused_at_once(site: SiteProcess) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        head = f"POST /ask/ HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        response = http.client.HTTPResponse(connection)
        response.begin()

        assert response.status == 401


@pytest.mark.process
def test_a_handshake_of_a_socket_has_no_long_body(site: SiteProcess) -> None:
    sending = Sending(site, "GET /ws/chat/", "Upgrade: websocket", "Connection: Upgrade")

    assert sending.socket.recv(12) == b"HTTP/1.1 413"
    sending.socket.close()


@pytest.mark.process
@pytest.mark.parametrize(
    ("header", "chunk", "status"),
    [
        (f"Content-Length: {BODY_LIMIT + 1}", b"", b"413"),
        ("Transfer-Encoding: chunked", b"100000\r\n" + bytes(2**20) + b"\r\n", b"401"),
    ],
    ids=["announced", "in chunks"],
)
def test_daphne_reads_no_longer_body(site: SiteProcess, header: str, chunk: bytes, status: bytes) -> None:
    head = f"POST /ask/ HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n{header}\r\n\r\n"

    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        try:
            connection.sendall(head.encode() + chunk * (BODY_LIMIT // 2**20 + 2))
            answer = connection.recv(12)
        except ConnectionError:  # it has closed while the rest was being sent
            answer = b""

    assert answer in (b"HTTP/1.1 " + status, b"")
