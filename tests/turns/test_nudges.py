from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from channels.layers import InMemoryChannelLayer, channel_layers

from chat.turns.nudges import Nudges

LONG = 20


class SharedLayer(InMemoryChannelLayer):
    """An in-memory layer that the relay takes for a shared one, because its type differs."""


@pytest.fixture
def layer() -> Iterator[InMemoryChannelLayer]:
    layer = SharedLayer()
    before = channel_layers.set("default", layer)
    yield layer
    channel_layers.set("default", before or InMemoryChannelLayer())


@asynccontextmanager
async def relaying(*nudges: Nudges) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(process.relay()) for process in nudges]
    await asyncio.sleep(0)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_nudge_wakes_only_the_listeners_to_its_topic() -> None:
    nudges = Nudges()
    with nudges.listen("a") as a, nudges.listen("b") as b:
        nudges.publish("a")

        await a.wait(LONG)
        assert not b.is_woken


async def test_a_nudge_during_a_read_is_not_missed() -> None:
    nudges = Nudges()
    with nudges.listen("a") as listener:
        listener.clear()
        nudges.publish("a")  # while the listener reads

        async with asyncio.timeout(LONG / 2):
            await listener.wait(LONG)


async def test_topics_that_nobody_listens_to_take_no_memory() -> None:
    nudges = Nudges()
    with nudges.listen("a", "b") as listener:
        listener.add("c")

    nudges.publish("a", "d")

    assert not nudges.listeners


@pytest.mark.usefixtures("layer")
async def test_a_nudge_reaches_other_processes() -> None:
    here, there = Nudges(), Nudges()
    async with relaying(here, there):
        with there.listen("a") as listener:
            while not listener.is_woken:
                here.publish("a")
                await listener.wait(0.05)


async def test_the_relay_ends_though_the_layer_swallows_a_cancellation(
    layer: InMemoryChannelLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def swallow(group: str, channel: str) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(LONG)

    monkeypatch.setattr(layer, "group_add", swallow)

    async with asyncio.timeout(LONG / 2), relaying(Nudges()):
        await asyncio.sleep(0)


async def test_a_failing_layer_delays_nobody_and_is_logged_once(
    layer: InMemoryChannelLayer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(group: str, message: object) -> None:
        failures.append(group)
        raise ConnectionError

    failures: list[str] = []
    monkeypatch.setattr("chat.turns.relay.RETRY_SECONDS", 0)
    monkeypatch.setattr(layer, "group_send", fail)
    nudges = Nudges()
    async with relaying(nudges):
        with nudges.listen("a") as listener:
            while len(failures) < 3:
                nudges.publish("a")
                await listener.wait(LONG)
                await asyncio.sleep(0)

    assert len([record for record in caplog.records if "cannot be reached" in record.message]) == 1
