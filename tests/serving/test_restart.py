"""Crashes and restarts: a site in a process of its own is killed, stopped, and started again."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from copy import copy
from uuid import UUID

import pytest
from websockets.exceptions import ConnectionClosed

from ..support.reader import Reader
from ..support.site_process import SiteProcess

pytestmark = [pytest.mark.process, pytest.mark.covers]

Start = Callable[..., SiteProcess]
STEADILY = "python:tests.support.talking:steadily"
BRIEFLY = "python:tests.support.talking:briefly"
AT_LENGTH = "python:tests.support.talking:at_length"
PING = b'{"type": "ping"}'
CLOSE_1012 = b"\x88\x02" + (1012).to_bytes(2)
MASKED_CLOSE = b"\x88\x82\0\0\0\0" + (1012).to_bytes(2)
MASKED_PING = b"\x81" + bytes([128 + len(PING)]) + b"\0\0\0\0" + PING


def stored(site: SiteProcess, turn: str) -> tuple[str, str]:
    """Return state and answer of a turn in the site's database."""
    name = turn if site.database_url else UUID(turn).hex
    [(state, answer)] = site.rows("SELECT state, answer FROM chat_turn WHERE uuid = ?", name)
    return state, answer


async def test_kill_9_loses_no_shown_text_and_retries_and_the_queue_still_work(start_site: Start) -> None:
    site = start_site(CHAT_MODEL=STEADILY)
    reader = Reader(site)
    async with reader:
        first = await reader.ask("When does the Heron launch?")
        turn, conversation = first["turn"], first["conversation"]
        waiting = await reader.ask("Who is Brightmoor Water?", conversation)
        await reader.until_words(turn, 20)
        site.kill()
        with pytest.raises(ConnectionClosed):
            await reader.until(lambda _: False)
    shown = reader.text[turn]

    site.environ["CHAT_MODEL"] = BRIEFLY
    site.start()
    restarted = time.monotonic()
    async with reader:
        await reader.follow(waiting["turn"])  # newest first, as a page does: later turns come as news
        await reader.follow(turn)
        end = await reader.until_end(turn)
        # The owner's lock shows that it is dead, before its lease lapses (10 s).
        assert time.monotonic() - restarted < 6
        queued_end = await reader.until_end(waiting["turn"])
        again = await reader.ask("When does the Heron launch?", conversation, retry_of=turn)
        retried_end = await reader.until_end(again["turn"])

    assert (end["code"], stored(site, turn)[0]) == ("INTERRUPTED", "interrupted")
    assert stored(site, turn)[1] == reader.text[turn]
    assert reader.text[turn].startswith(shown)
    assert (queued_end["state"], retried_end["state"]) == ("complete", "complete")


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_a_graceful_stop_saves_the_answer_and_sends_its_readers_away(start_site: Start, server: str) -> None:
    site = start_site(CHAT_MODEL=STEADILY, SERVER=server, SERVE_DRAIN_SECONDS="0")
    async with Reader(site) as reader:
        turn = (await reader.ask("When does the Heron launch?"))["turn"]
        await reader.until_words(turn, 5)

        stopping = asyncio.create_task(asyncio.to_thread(site.stop))
        restart = await reader.until(lambda event: event["type"] == "restart")
        with pytest.raises(OSError, match=r"[Cc]onnect"):  # the server accepts no socket only to drop it
            await Reader.open(copy(reader))
        with pytest.raises(ConnectionClosed) as closed:
            await reader.receive()

        assert await stopping == 0
    assert restart["retry_after_ms"] == 4000
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1012
    assert reader.ended[turn]["code"] == "INTERRUPTED"
    assert stored(site, turn) == ("interrupted", reader.text[turn])
    assert "Traceback" not in site.output


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_a_socket_that_has_just_opened_does_not_disturb_the_shutdown(start_site: Start, server: str) -> None:
    site = start_site(SERVER=server, SERVE_DRAIN_SECONDS="0")
    async with Reader(site) as reader:
        await reader.send(type="ping")
        await reader.until(lambda event: event["type"] == "pong")

        assert await asyncio.to_thread(site.stop) == 0

    assert "Traceback" not in site.output


def test_the_shutdown_waits_for_a_slow_client_to_close_its_side(start_site: Start) -> None:
    site = start_site(SERVER="daphne", SERVE_DRAIN_SECONDS="0")
    with ThreadPoolExecutor(1) as executor, closing(opened(site)) as client:
        stopping = executor.submit(site.stop)
        received = b""
        while CLOSE_1012 not in received:
            received += client.recv(4096)
        time.sleep(1)  # long enough for the last frames of other clients
        assert not stopping.done()

        client.sendall(MASKED_CLOSE)

        assert stopping.result() == 0


async def test_a_client_that_does_not_read_does_not_delay_the_shutdown_of_uvicorn(start_site: Start) -> None:
    site = start_site(SERVER="uvicorn", SERVE_DRAIN_SECONDS="0", CHAT_MODEL=AT_LENGTH)
    async with Reader(site) as reader:
        turn = (await reader.ask("When does the Heron launch?"))["turn"]
        await reader.until_end(turn)
    with closing(opened(site)) as client:
        with suppress(ConnectionError):  # on a slow machine the server drops the silent peer first
            for _ in range(60):  # each follow fills a window of its own
                client.sendall(masked(f'{{"type":"follow","turn":"{turn}","after":0}}'))
                await asyncio.to_thread(site.status, "/livez")  # gives the server time to carry out the follow

        assert await asyncio.to_thread(site.stop) == 0

    assert "Traceback" not in site.output


def masked(text: str) -> bytes:
    """Return a text frame of a client, with a mask of zeros."""
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text.encode()


def opened(site: SiteProcess) -> socket.socket:
    """Open a socket of the user demo by hand, because libraries answer a close at once. Its receive buffer is small."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", site.port))
    client.sendall(
        f"GET /ws/chat/ HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nOrigin: {site.url}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n"
        f"Cookie: {Reader(site).cookie}\r\n\r\n".encode()
    )
    assert b"101" in client.recv(4096)
    client.sendall(MASKED_PING)
    assert b"pong" in client.recv(4096)
    return client


async def test_fifty_parallel_asks_with_one_request_id_make_one_turn(start_site: Start) -> None:
    site = start_site(CHAT_MODEL=BRIEFLY, CHAT_SOCKETS_PER_USER="100")
    request = "6b1f6f0a-9f1c-4a51-8a52-0d8a6d0c1f11"
    readers = [Reader.__new__(Reader) for _ in range(50)]
    first = Reader(site)
    for reader in readers:
        reader.__dict__ |= {"site": site, "cookie": first.cookie, "text": {}, "seq": {}, "ended": {}, "_socket": None}
    await asyncio.gather(*(reader.open() for reader in readers))

    accepted = await asyncio.gather(*(r.ask("When does the Heron launch?", request_id=request) for r in readers))
    ends = await asyncio.gather(*(reader.until_end(accepted[0]["turn"]) for reader in readers))

    assert {event["turn"] for event in accepted} == {accepted[0]["turn"]}
    assert {end["state"] for end in ends} == {"complete"}
    assert len({reader.text[accepted[0]["turn"]] for reader in readers}) == 1
    assert site.rows("SELECT COUNT(*) FROM chat_turn") == [(1,)]
    await asyncio.gather(*(reader.__aexit__() for reader in readers))
