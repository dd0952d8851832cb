"""What a socket keeps that does nothing."""

from __future__ import annotations

import asyncio

import pytest

from chat.live.consumer import ChatConsumer

from ..support.sockets import Open

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_socket_has_one_task_and_no_headers(connect: Open, session: str) -> None:
    await _idle(connect, session)
    before = len(asyncio.all_tasks())

    await _idle(connect, session)

    assert len(asyncio.all_tasks()) == before + 1
    assert [set(consumer.scope) for consumer in ChatConsumer.live] == [{"type"}] * 2


async def _idle(connect: Open, session: str) -> None:
    client = await connect(session)
    await client.send(type="ping")
    await client.read("pong")
