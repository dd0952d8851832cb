"""The bodies of requests: a long one is read by its view while it comes, or stored for who is signed in."""

from __future__ import annotations

import asyncio
import http.client
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import RequestAborted

from chat.serving import arriving_body
from chat.serving.arriving_body import ArrivingBody, Detached
from chat.serving.daphne_http import WAITING, Body
from chat.serving.life import BODY_LIMIT
from chatsite import bodies
from chatsite.bodies import BodyRefused, PageHandler

from ..support.site_process import SiteProcess

Receive = Callable[[], Any]


def receiving(*messages: dict[str, Any]) -> Receive:
    """Receive these messages, and then nothing more."""
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return receive


def pieces(*parts: bytes) -> list[dict[str, Any]]:
    last = len(parts) - 1
    return [{"type": "http.request", "body": part, "more_body": at < last} for at, part in enumerate(parts)]


@pytest.mark.parametrize("parts", [[b""], [b"short"], [bytes(10), b"x" * 600_000, b"", b"y" * 600_000, b"end"]])
async def test_a_body_is_read_as_it_was_sent(parts: list[bytes]) -> None:
    with await PageHandler().read_body(receiving(*pieces(*parts))) as file:
        assert file.read() == b"".join(parts)


@pytest.mark.parametrize("size", [1, 7, 1000, -1])
async def test_a_thread_reads_a_body_while_it_comes(size: int) -> None:
    body = ArrivingBody(receiving(*pieces(b"one", b"", b"three and four", b"")))
    parts = [await asyncio.to_thread(body.read, size) for _ in range(18)]

    assert b"".join(parts) == b"onethree and four"
    assert all(len(part) == size for part in parts[: 17 // size]) or size < 0
    assert parts[-1] == b""


async def test_of_a_body_nothing_is_received_before_somebody_reads_it() -> None:
    asked: list[str] = []

    async def receive() -> dict[str, Any]:
        asked.append("now")
        return pieces(b"all")[0]

    body = ArrivingBody(receive)
    waiting = asyncio.create_task(body())
    await asyncio.sleep(0)

    assert asked == []
    assert await asyncio.to_thread(body.read, 3) == b"all"
    waiting.cancel()


@pytest.mark.parametrize("end", ["leaves", "is silent"])
async def test_a_body_that_breaks_off_ends_early(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if end == "is silent":
        monkeypatch.setattr(arriving_body, "SILENCE_SECONDS", 0)
    rest = [{"type": "http.disconnect"}] if end == "leaves" else []
    body = ArrivingBody(receiving(*pieces(b"half", b"the rest")[:1], *rest))

    assert await asyncio.to_thread(body.read, 8) in (b"half", b"")
    assert await asyncio.to_thread(body.read, 8) == b""


async def test_a_thread_that_waits_for_a_body_goes_on_when_the_request_ends() -> None:
    waits = asyncio.Event()

    async def receive() -> dict[str, Any]:
        waits.set()
        return await asyncio.Event().wait()  # type: ignore[return-value]

    body = ArrivingBody(receive)
    reading = asyncio.create_task(asyncio.to_thread(body.read, 8))
    await waits.wait()
    body.close()

    assert await reading == b""


class Given:
    """A connection that a server gives to the reader of a body, after the first bytes have come."""

    def __init__(self, begin: bytes, length: int) -> None:
        self.client, self.server = socket.socketpair()
        self.begin = begin
        self.body = ArrivingBody(receiving(), length, self.detach)

    def detach(self) -> Detached:
        return Detached.of(self.server.fileno(), self.begin)

    async def read(self, size: int) -> bytes:
        return await asyncio.to_thread(self.body.read, size)

    def close(self) -> None:
        self.body.close()
        self.client.close()
        self.server.close()


@pytest.mark.parametrize("begin", [b"", b"one", b"onethree and four"])
@pytest.mark.parametrize("size", [1, 7, 1000, -1])
async def test_a_thread_reads_the_connection_itself_and_no_further_than_the_body(begin: bytes, size: int) -> None:
    whole, after = b"onethree and four", b"GET / HTTP/1.1"
    with closing(Given(begin, len(whole))) as given:
        given.client.sendall(whole[len(begin) :] + after)
        parts = [await given.read(size) for _ in range(18)]

        assert (b"".join(parts), parts[-1]) == (whole, b"")
        assert given.server.recv(100) == after


@pytest.mark.parametrize("end", ["leaves", "is silent"])
async def test_a_connection_that_breaks_off_ends_the_body(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving_body, "SILENCE_SECONDS", 0.001 if end == "is silent" else 60)
    with closing(Given(b"half", 8)) as given:
        if end == "leaves":
            given.client.close()

        assert [await given.read(8), await given.read(8)] == [b"half", b""]


async def test_a_thread_that_waits_for_a_connection_goes_on_when_the_request_ends() -> None:
    with closing(Given(b"half", 8)) as given:
        assert await given.read(4) == b"half"
        reading = asyncio.create_task(given.read(4))
        await asyncio.sleep(0)
        given.body.close()

        assert await reading == b""


async def test_the_rest_of_a_body_can_be_skipped() -> None:
    with closing(Given(b"half", 2**20)) as given:
        sending = asyncio.to_thread(given.client.sendall, bytes(2**20 - 4) + b"next")
        await asyncio.gather(sending, asyncio.to_thread(given.body.skip))

        assert given.server.recv(100) == b"next"


class Connection:
    """A connection that notes whether it is read."""

    def __init__(self) -> None:
        self.is_read = True

    def pauseProducing(self) -> None:  # noqa: N802
        self.is_read = False

    def resumeProducing(self) -> None:  # noqa: N802
        self.is_read = True


async def test_under_daphne_a_connection_is_read_no_faster_than_its_body_is_taken() -> None:
    body = Body(connection := Connection())
    body.put_nowait(pieces(b"")[0])  # Daphne's, which believes that this is all

    for _ in range(3):
        body.add(bytes(WAITING // 2))
    assert not connection.is_read
    assert [len((await body.get())["body"]) for _ in range(2)] == [WAITING // 2] * 2
    assert connection.is_read

    body.add(b"come")
    given_up, body = body, Body(connection)
    assert given_up.give_up() == bytes(WAITING // 2) + b"come"
    assert not connection.is_read
    connection.resumeProducing()

    body.add(bytes(WAITING))
    body.add(bytes(WAITING))
    body.end()
    messages = [await body.get() for _ in range(3)]
    assert [message["more_body"] for message in messages] == [True, True, False]
    assert not connection.is_read  # whoever handles the request reads on


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
