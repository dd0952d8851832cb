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

from chat.llm.posting import reader_of

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PATIENCE = 20
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
        first = await read()
        before = response.content.total_bytes

        await server.write(b"two ", b"three ")

        assert (first, response.content.total_bytes) == (b"one ", before)
        assert await read() == b"two three "


async def test_a_connection_is_used_again_after_the_end_and_not_once_the_server_has_closed_it() -> None:
    server = Server()
    async with asyncio.timeout(PATIENCE), asked(server) as (session, url):
        for _ in range(2):
            async with session.get(url) as response:
                read = reader_of(response)
                await server.write(b"all", b"")
                assert (await read(), await read()) == (b"all", b"")
        connections = len(server.writers)
        server.writers[0].close()
        await turns_of_the_loop()

        async with session.get(url) as response:
            await server.write(b"more", b"")
            assert await reader_of(response)() == b"more"

    assert (connections, len(server.writers), server.requests) == (1, 2, 3)


async def test_a_connection_that_breaks_between_two_reads_fails_the_second() -> None:
    server = Server()
    async with asyncio.timeout(PATIENCE), asked(server) as (session, url), session.get(url) as response:
        read = reader_of(response)
        await server.write(b"one ")
        await read()

        server.writers[0].transport.abort()
        await turns_of_the_loop()

        with pytest.raises(aiohttp.ClientError):
            await read()
