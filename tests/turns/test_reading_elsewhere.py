"""Readers in one process, the writer in another: what comes with nudges, and what is read from the database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from channels.layers import InMemoryChannelLayer, channel_layers
from django.db.backends.utils import CursorWrapper

from chat.database import in_database
from chat.models import RETRACTION, LoginSession, Submission, Turn
from chat.turns import copies, interest, relay, view

from ..support.two_processes import (
    PATIENCE,
    Layer,
    Reader,
    append,
    connected,
    end,
    known,
    two_processes,
)  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)

LONG = 1000.0


@pytest.fixture
def layer() -> Iterator[Layer]:
    layer = Layer()
    before = channel_layers.set("default", layer)
    yield layer
    channel_layers.set("default", before or InMemoryChannelLayer())


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def any_layer(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    from channels_redis.pubsub import RedisPubSubChannelLayer  # type: ignore[import-untyped]

    is_redis = request.param == "redis"
    layer = RedisPubSubChannelLayer(hosts=[os.environ["TEST_REDIS_URL"]]) if is_redis else Layer()
    before = channel_layers.set("default", layer)
    yield
    channel_layers.set("default", before or InMemoryChannelLayer())
    await layer.flush()


@pytest.fixture(autouse=True)
def no_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader who would notice something only after a second does not notice it here."""
    monkeypatch.setattr(copies, "POLL_SECONDS", LONG)
    monkeypatch.setattr(relay, "PAUSE_SECONDS", 0)


@pytest.fixture(autouse=True)
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    execute = CursorWrapper.execute

    def counted(cursor: CursorWrapper, *args: Any, **kwargs: Any) -> Any:
        if reader := Reader.queries.get():
            reader.count += 1
        return execute(cursor, *args, **kwargs)

    monkeypatch.setattr(CursorWrapper, "execute", counted)


@pytest_asyncio.fixture
async def turn(login: LoginSession) -> Turn:
    return await in_database(_claimed, login)


def _claimed(login: LoginSession) -> Turn:
    turn = Turn.objects.submit(login, Submission(request_id=uuid4(), question="When?"))
    [won] = [each for each in Turn.objects.claim("me") if each.pk == turn.pk]
    return won


@pytest.mark.usefixtures("any_layer")
async def test_the_queries_of_readers_elsewhere_do_not_grow_with_the_tokens(login: LoginSession) -> None:
    counts = []
    for tokens in (5, 50):
        turn = await in_database(_claimed, login)
        async with two_processes() as (here, there):
            await connected(here, there)
            log = here.write(turn)
            readers = [Reader(there, turn.uuid) for _ in range(3)]
            await known(here, turn)
            for number in range(1, tokens + 1):
                await append(here, log, "word ")
                for reader in readers:
                    await reader.until("word " * number)
            await end(here, log)
            for reader in readers:
                await reader.until_end()
        counts.append(sum(reader.count for reader in readers))

    assert abs(counts[1] - counts[0]) <= 3, counts
    assert counts[1] <= 12, counts  # one look at the start, one at the end


async def test_a_lost_message_is_read_from_the_database_as_soon_as_the_next_one_comes(layer: Layer, turn: Turn) -> None:
    async with two_processes() as (here, there):
        log, reader = here.write(turn), Reader(there, turn.uuid)
        await known(here, turn)
        layer.deliver = _lose
        await append(here, log, "On ")
        async with asyncio.timeout(PATIENCE):
            while "On " not in layer.texts:  # noqa: ASYNC110
                await asyncio.sleep(0.001)

        layer.deliver = layer.pass_on
        await append(here, log, "Monday")

        await reader.until("On Monday")
        reader.task.cancel()


async def _lose(message: dict[str, Any]) -> None:
    pass


async def test_after_a_lost_message_and_silence_the_database_is_read(
    layer: Layer, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "POLL_SECONDS", 0.05)
    layer.deliver = _lose
    async with two_processes() as (here, there):
        log, reader = here.write(turn), Reader(there, turn.uuid)
        await append(here, log, "On ")
        await reader.until("On ")
        await append(here, log, "Monday")

        await reader.until("On Monday")
        reader.task.cancel()


@pytest.mark.parametrize("kind", ["twice", "late"])
async def test_messages_that_come_twice_or_late_leave_no_gap_and_no_repeat(layer: Layer, turn: Turn, kind: str) -> None:
    held: list[dict[str, Any]] = []

    async def twice(message: dict[str, Any]) -> None:
        await layer.pass_on(message)
        await layer.pass_on(message)

    async def after_the_next(message: dict[str, Any]) -> None:
        held.append(message)
        if len(held) == 2:
            for each in reversed(held):
                await layer.pass_on(each)
            held.clear()

    words = [f"{number} " for number in range(20)]
    async with two_processes() as (here, there):
        log, reader = here.write(turn), Reader(there, turn.uuid)
        await known(here, turn)
        layer.deliver = {"twice": twice, "late": after_the_next}[kind]
        for word in words:
            await append(here, log, word)
        layer.deliver = layer.pass_on
        await end(here, log)
        await reader.until_end()

    await reader.until("".join(words))


async def test_text_that_is_too_large_for_a_message_is_read_from_the_database(layer: Layer, turn: Turn) -> None:
    snow = "\N{SNOWMAN}" * 4_000
    async with two_processes() as (here, there):
        log, reader = here.write(turn), Reader(there, turn.uuid)
        await known(here, turn)
        for text in ("a", snow + snow, "b"):
            await here.commits.append(log, text)
            await reader.until(reader.text + text)
        reader.task.cancel()

    assert layer.texts == ["a", "b"]


async def test_a_reader_who_joins_late_gets_all_and_then_the_text_of_nudges(layer: Layer, turn: Turn) -> None:
    async with two_processes() as (here, there):
        log, early = here.write(turn), Reader(there, turn.uuid)
        await known(here, turn)
        await append(here, log, "On ")
        await early.until("On ")

        late, resumed = Reader(there, turn.uuid), Reader(there, turn.uuid, after=1)
        await late.until("On ")
        await append(here, log, RETRACTION)
        await append(here, log, "Monday")

        await late.until(f"On {RETRACTION}Monday")
        await resumed.until(f"{RETRACTION}Monday")
        await early.until(f"On {RETRACTION}Monday")
        for reader in (early, late, resumed):
            reader.task.cancel()
    assert layer.texts == ["On ", RETRACTION, "Monday"]


async def test_no_text_is_sent_of_a_turn_that_nobody_follows_elsewhere(layer: Layer, turn: Turn) -> None:
    async with two_processes() as (here, _):
        log, reader = here.write(turn), Reader(here, turn.uuid)
        await append(here, log, "On ")
        await reader.until("On ")
        reader.task.cancel()

    assert not layer.sent


async def test_the_text_is_no_longer_sent_when_nobody_elsewhere_follows_any_more(
    layer: Layer, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interest, "INTEREST_SECONDS", 0.2)
    async with two_processes() as (here, there):
        log, reader = here.write(turn), Reader(there, turn.uuid)
        await known(here, turn)
        await append(here, log, "On ")
        reader.task.cancel()
        with suppress(asyncio.CancelledError):
            await reader.task
        async with asyncio.timeout(PATIENCE):
            while here.nudges._interest.includes(turn.uuid, monotonic()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        await append(here, log, "Monday")

    assert layer.texts == ["On "]
    assert not there.copies._open
    assert not there.nudges.listeners


async def test_a_process_that_goes_on_reading_goes_on_to_say_so(
    layer: Layer, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "ANNOUNCE_SECONDS", 0)
    async with two_processes() as (here, there):
        log, reader = here.write(turn), Reader(there, turn.uuid)
        await known(here, turn)
        for number in range(1, 4):
            await append(here, log, "x")
            await reader.until("x" * number)
        reader.task.cancel()

    assert sum(message["followed"] == [turn.uuid.bytes] for message in layer.sent) >= 3


async def test_text_of_a_lost_claim_is_never_sent(layer: Layer, turn: Turn) -> None:
    async with two_processes() as (here, there):
        log, reader = here.write(turn), Reader(there, turn.uuid)
        await known(here, turn)
        await append(here, log, "On ")
        await reader.until("On ")
        await in_database(lambda: Turn.objects.filter(pk=turn.pk).update(fence=turn.fence + 1))

        await here.commits.append(log, "Tuesday")
        async with asyncio.timeout(PATIENCE):
            while turn.uuid in here.commits.logs:  # noqa: ASYNC110
                await asyncio.sleep(0.001)

        assert reader.text == "On "
        reader.task.cancel()
    assert layer.texts == ["On "]


async def test_readers_who_look_at_the_same_time_share_one_read(
    layer: Layer, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, stored_view = [], view.stored_view

    def counted(turn_uuid: UUID, after: int) -> view.View:
        reads.append(after)
        return stored_view(turn_uuid, after)

    monkeypatch.setattr(view, "stored_view", counted)
    async with two_processes() as (here, there):
        log = here.write(turn)
        await append(here, log, "On Monday")
        readers = [Reader(there, turn.uuid) for _ in range(10)]
        for reader in readers:
            await reader.until("On Monday")
        await known(here, turn)
        begun = len(reads)
        await end(here, log)
        for reader in readers:
            await reader.until_end()

    assert begun <= 2
    assert len(reads) - begun <= 2
