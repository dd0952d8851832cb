"""The bodies of requests: long ones are in a file, and too long ones are refused before they are stored."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any

import pytest
from django.core.exceptions import RequestAborted

from chat.serving.life import BODY_LIMIT
from chatsite import bodies
from chatsite.bodies import BodyTooLong, PageHandler, Received

from ..support.site_process import SiteProcess


def receiving(*messages: dict[str, Any], stored: IO[bytes] | None = None) -> Received:
    waiting: Iterator[dict[str, Any]] = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(waiting)

    return Received(receive, stored)


def pieces(*parts: bytes) -> list[dict[str, Any]]:
    last = len(parts) - 1
    return [{"type": "http.request", "body": part, "more_body": at < last} for at, part in enumerate(parts)]


@pytest.mark.parametrize("parts", [[b""], [b"short"], [bytes(10), b"x" * 600_000, b"", b"y" * 600_000, b"end"]])
async def test_a_body_is_read_as_it_was_sent(parts: list[bytes]) -> None:
    with await PageHandler().read_body(receiving(*pieces(*parts))) as file:
        assert file.read() == b"".join(parts)


async def test_the_file_of_the_server_is_the_body() -> None:
    with TemporaryFile() as stored:
        assert await PageHandler().read_body(receiving(*pieces(b""), stored=stored)) is stored


async def test_a_client_that_leaves_ends_the_request() -> None:
    with pytest.raises(RequestAborted):
        await PageHandler().read_body(receiving(pieces(b"a", b"b")[0], {"type": "http.disconnect"}))


async def test_a_longer_body_than_any_is_refused_while_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_LIMIT", 1000)

    with pytest.raises(BodyTooLong):
        await PageHandler().read_body(receiving(*pieces(bytes(900), bytes(101))))


async def test_a_body_that_announces_to_be_too_long_gets_413() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"content-length", str(BODY_LIMIT + 1).encode())]}
    await PageHandler().handle(scope, receiving(), send)

    assert sent[0]["status"] == 413
    assert b"at most 64 MB" in sent[1]["body"]


@pytest.mark.process
@pytest.mark.parametrize(
    ("header", "chunk"),
    [
        (f"Content-Length: {BODY_LIMIT + 1}", b""),
        ("Transfer-Encoding: chunked", b"100000\r\n" + bytes(2**20) + b"\r\n"),
    ],
    ids=["announced", "in chunks"],
)
def test_daphne_stores_no_longer_body(site: SiteProcess, header: str, chunk: bytes) -> None:
    head = f"POST /ask/ HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n{header}\r\n\r\n"

    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        try:
            connection.sendall(head.encode() + chunk * (BODY_LIMIT // 2**20 + 2))
            answer = connection.recv(12)
        except ConnectionError:  # it has closed while the rest was being sent
            answer = b""

    assert answer in (b"HTTP/1.1 413", b"")
