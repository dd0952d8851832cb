"""Buffers that a thread fills with the body of a request while it comes."""

from __future__ import annotations

import asyncio
from contextlib import closing

import pytest

from chat.serving.arriving_body import ArrivingBody

from ..support.receiving import pieces, receiving
from .test_arriving_body import Given

WHOLE, AFTER = b"onethree and four", b"GET / HTTP/1.1"


@pytest.mark.parametrize("begin", [b"", b"one", WHOLE])
@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_a_buffer_is_filled_with_what_comes_and_no_further_than_the_body(begin: bytes, size: int) -> None:
    buffer, came = bytearray(size), b""
    with closing(Given(begin, len(WHOLE))) as given:
        given.client.sendall(WHOLE[len(begin) :] + AFTER)
        while length := await asyncio.to_thread(given.body.readinto, memoryview(buffer)):
            came += buffer[:length]

        assert came == WHOLE
        assert given.server.recv(100) == AFTER


async def test_a_buffer_is_filled_also_where_the_server_keeps_the_connection() -> None:
    body, buffer = ArrivingBody(receiving(*pieces(b"one", b"", b"three and four", b""))), bytearray(7)
    lengths = [await asyncio.to_thread(body.readinto, memoryview(buffer)) for _ in range(4)]

    assert lengths == [7, 7, 3, 0]
    assert buffer[:3] == b"our"


async def test_a_connection_that_breaks_off_fills_no_more() -> None:
    buffer = bytearray(8)
    with closing(Given(b"half", 8)) as given:
        given.client.close()

        assert await asyncio.to_thread(given.body.readinto, memoryview(buffer)) == 4
        assert await asyncio.to_thread(given.body.readinto, memoryview(buffer)) == 0
