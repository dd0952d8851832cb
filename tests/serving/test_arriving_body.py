"""The long body of a request, which a thread reads while it comes."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from typing import Any

import pytest

from chat.serving import arriving_body
from chat.serving.arriving_body import ArrivingBody, Detached
from chat.serving.daphne_http import WAITING, Body

from ..support.receiving import pieces, receiving


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


class EndsTheRequest:
    """A lock: the request ends in the moment before somebody takes it."""

    def __init__(self, body: ArrivingBody) -> None:
        self.body, self.lock = body, body._is_read

    def __enter__(self) -> None:
        self.body._is_read = self.lock
        self.body.close()
        assert self.lock.acquire(timeout=5)

    def __exit__(self, *_: object) -> None:
        self.lock.release()


async def test_a_thread_that_is_about_to_read_when_the_request_ends_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Given(b"half", 8)) as given:
        assert await given.read(4) == b"half"
        monkeypatch.setattr(given.body, "_is_read", EndsTheRequest(given.body))

        assert await given.read(4) == b""


class SlowConnection(socket.socket):
    """A connection whose client sends the rest only when its reader has lost patience once, and waits again."""

    client: socket.socket
    waits = 0

    def settimeout(self, seconds: float | None, /) -> None:
        super().settimeout(seconds)
        self.waits += bool(seconds)
        if self.waits == 2:
            self.client.sendall(b"rest")


async def test_a_client_that_sends_few_bytes_at_a_time_is_not_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving_body, "SILENCE_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        accepted, _ = server.accept()
        with SlowConnection(fileno=accepted.detach()) as connection:
            connection.client = client
            connection.settimeout(0.1)
            client.sendall(b"slow")
            body = ArrivingBody(receiving(), 8, lambda: Detached(connection, b""))

            assert await asyncio.to_thread(body.read, 8) == b"slowrest"


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
