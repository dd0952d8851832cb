"""The bodies of requests: long ones are in a file, and too long ones are refused before they are stored."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import RequestAborted

from chat.serving.life import BODY_LIMIT
from chat.serving.stored_body import StoredBody, writers
from chatsite import bodies
from chatsite.bodies import BodyTooLong, PageHandler, Received

from ..support.site_process import SiteProcess


def receiving(*messages: dict[str, Any], stored: StoredBody | None = None) -> Received:
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


class Connection:
    """A connection that notes whether it is read."""

    def __init__(self) -> None:
        self.is_read = True

    def pauseProducing(self) -> None:  # noqa: N802
        self.is_read = False

    def resumeProducing(self) -> None:  # noqa: N802
        self.is_read = True


@pytest.mark.parametrize("sizes", [[], [5], [300_000] * 9, [2_000_000, 1]])
async def test_what_the_server_has_stored_is_the_body(sizes: list[int]) -> None:
    connection, parts = Connection(), [bytes([number]) * size for number, size in enumerate(sizes)]
    stored = StoredBody(connection)
    for part in parts:
        stored.add(part)

    with await PageHandler().read_body(receiving(*pieces(b""), stored=stored)) as file:
        assert file.read() == b"".join(parts)


async def test_a_connection_that_is_faster_than_the_disk_is_read_no_further() -> None:
    connection = Connection()
    stored, waiting = StoredBody(connection), threading.Event()
    for _ in range(4):
        writers.submit(waiting.wait)  # every thread has something else to do

    stored.add(bytes(600_000))
    assert connection.is_read
    stored.add(bytes(600_000))
    assert not connection.is_read
    waiting.set()

    with await stored.whole() as file:
        assert len(file.read()) == 1_200_000
    assert connection.is_read


async def test_a_body_for_which_the_disk_has_no_room_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, _: bytes) -> int:
            raise OSError("No space left on device")

        def close(self) -> None:
            pass

    monkeypatch.setattr("chat.serving.stored_body.TemporaryFile", Full)
    stored = StoredBody(Connection())
    stored.add(bytes(600_000))

    with pytest.raises(OSError, match="No space"):
        await stored.whole()


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
