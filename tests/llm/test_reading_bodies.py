"""The body of a response between two reads, and its connection afterwards."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest
import trustme

from chat.llm.pace import at_once, paced
from chat.llm.posting import READ_LIMIT, reader_of
from chat.turns.pulse import Pulse

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PATIENCE = 20
NEVER = 60.0
LOOP_TURNS = 20
"""More than anything takes that has come over loopback."""


class Server:
    """A server that writes what a test says, on each connection that it gets."""

    def __init__(self) -> None:
        self.writers: list[StreamWriter] = []
        self.requests = 0

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.writers.append(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                self.requests += 1
                writer.write(HEAD)

    async def write(self, *chunks: bytes) -> None:
        for chunk in chunks:
            self.writers[-1].write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await turns_of_the_loop()


async def turns_of_the_loop() -> None:
    for _ in range(LOOP_TURNS):
        await asyncio.sleep(0)


@asynccontextmanager
async def asked(server: Server, *, tls: bool = False) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context if tls else None)
    address = f"{'https' if tls else 'http'}://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted)) as session:
        yield session, address
    listening.close()
    for writer in server.writers:
        writer.transport.abort()
    await turns_of_the_loop()


@pytest.mark.parametrize("tls", [False, True])
async def test_what_comes_between_two_reads_is_received_at_once_by_the_second(*, tls: bool) -> None:
    server = Server()
    async with asyncio.timeout(PATIENCE), asked(server, tls=tls) as (session, url), session.get(url) as response:
        read = reader_of(response)
        await server.write(b"one ")
        first = await read(at_once)
        before = response.content.total_bytes

        await server.write(b"two ", b"three ")

        assert (first, response.content.total_bytes) == (b"one ", before)
        assert await read(at_once) == b"two three "


async def test_what_comes_before_the_beat_is_received_at_the_beat_without_waking_the_reader() -> None:
    server, pulse = Server(), Pulse(NEVER)
    async with asyncio.timeout(PATIENCE), asked(server) as (session, url), session.get(url) as response:
        read = reader_of(response)
        await server.write(b"one ")
        await read(at_once)
        before = response.content.total_bytes
        reading = asyncio.ensure_future(read(pulse.at_next))

        await server.write(b"two ", b"three ")

        assert (response.content.total_bytes, reading.done()) == (before, False)
        pulse.beat()
        assert await reading == b"two three "


@pytest.mark.parametrize(("pieces", "size"), [(40_000, 30), (12, 300_000)], ids=["many", "long"])
@pytest.mark.parametrize("tls", [False, True])
async def test_more_than_aiohttp_keeps_at_once_is_received_whole(pieces: int, size: int, *, tls: bool) -> None:
    server, read_pieces = Server(), list[bytes]()
    async with asyncio.timeout(PATIENCE), asked(server, tls=tls) as (session, url), session.get(url) as response:
        read = reader_of(response)
        whole = [b"%d" % (number % 10) * size for number in range(pieces)]
        server.writers[-1].write(b"".join(b"%x\r\n%b\r\n" % (size, piece) for piece in whole) + b"0\r\n\r\n")

        while piece := await read(at_once):
            read_pieces.append(piece)
            await turns_of_the_loop()

    assert b"".join(read_pieces) == b"".join(whole)
    assert max(map(len, read_pieces)) <= READ_LIMIT


async def test_a_beat_after_the_end_of_a_body_touches_no_connection() -> None:
    server, pulse = Server(), Pulse(NEVER)
    async with asyncio.timeout(PATIENCE), asked(server) as (session, url):
        async with session.get(url) as response:
            reading = asyncio.ensure_future(reader_of(response)(pulse.at_next))
            await turns_of_the_loop()
            reading.cancel()

        pulse.beat()

        async with session.get(url) as response:
            await server.write(b"more", b"")
            assert await reader_of(response)(at_once) == b"more"


async def test_the_reader_of_a_library_is_called_at_the_beat() -> None:
    pulse, calls = Pulse(NEVER), list[str]()

    async def read() -> bytes:
        calls.append("read")
        return b"one"

    reading = asyncio.ensure_future(paced(read)(pulse.at_next))
    await turns_of_the_loop()

    assert not calls
    pulse.beat()
    assert await reading == b"one"
    assert await paced(read)(at_once) == b"one"


async def test_a_connection_is_used_again_after_the_end_and_not_once_the_server_has_closed_it() -> None:
    server = Server()
    async with asyncio.timeout(PATIENCE), asked(server) as (session, url):
        for _ in range(2):
            async with session.get(url) as response:
                read = reader_of(response)
                await server.write(b"all", b"")
                assert (await read(at_once), await read(at_once)) == (b"all", b"")
        connections = len(server.writers)
        server.writers[0].close()
        await turns_of_the_loop()

        async with session.get(url) as response:
            await server.write(b"more", b"")
            assert await reader_of(response)(at_once) == b"more"

    assert (connections, len(server.writers), server.requests) == (1, 2, 3)


async def test_a_connection_that_breaks_between_two_reads_fails_the_second() -> None:
    server = Server()
    async with asyncio.timeout(PATIENCE), asked(server) as (session, url), session.get(url) as response:
        read = reader_of(response)
        await server.write(b"one ")
        await read(at_once)

        server.writers[0].transport.abort()
        await turns_of_the_loop()

        with pytest.raises(aiohttp.ClientError):
            await read(at_once)


@pytest.mark.parametrize("tls", [False, True])
def test_a_long_body_is_received_whole_on_the_loop_of_the_servers(*, tls: bool) -> None:
    uvloop = pytest.importorskip("uvloop")

    uvloop.run(test_more_than_aiohttp_keeps_at_once_is_received_whole(12, 300_000, tls=tls))
