"""Readers in one process, the writer in another: what comes with nudges, and what is read from the database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from channels.layers import InMemoryChannelLayer, channel_layers
from django.db.backends.utils import CursorWrapper
from typing_extensions import override

from chat.database import in_database
from chat.models import RETRACTION, Claim, Ending, LoginSession, Phase, State, Submission, Turn
from chat.turns import copies, events, follow, interest, relay, view
from chat.turns.answer_log import AnswerLog
from chat.turns.copies import Copies
from chat.turns.group_commit import GroupCommit
from chat.turns.nudges import Nudges

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30
LONG = 1000.0

Deliver = Callable[[dict[str, Any]], Awaitable[None]]


class Layer(InMemoryChannelLayer):
    """A layer that the relay takes for a shared one. ``deliver`` decides what becomes of a message with text."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []
        self.deliver: Deliver = self.pass_on

    @override
    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.sent.append(message)
        await (self.deliver if message["extracts"] else self.pass_on)(message)

    async def pass_on(self, message: dict[str, Any]) -> None:
        await super().group_send(relay.GROUP, message)

    @property
    def texts(self) -> list[str]:
        """All text that was sent."""
        return [text for message in self.sent for *_, chunks in message["extracts"] for text in chunks]


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


class Process:
    """The part of a process that writes and follows turns."""

    def __init__(self) -> None:
        self.nudges = Nudges()
        self.commits = GroupCommit(self.nudges)
        self.copies = Copies(self.nudges)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        tasks = [asyncio.create_task(work) for work in (self.commits.run(), self.nudges.relay())]
        yield self
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def write(self, turn: Turn) -> AnswerLog:
        return self.commits.open(
            Claim.of(turn), phase=Phase.WAITING, claimed_at=monotonic(), on_lost=lambda: None
        )  # fmt: skip


class Reader:
    """Follows a turn in a process, and counts the queries for it."""

    queries: ContextVar[Reader | None] = ContextVar("queries", default=None)

    def __init__(self, process: Process, turn_uuid: UUID, after: int = 0) -> None:
        self.tokens: list[events.Token] = []
        self.ends: list[events.Event] = []
        self.count = 0
        self.after = after
        self._news = asyncio.Event()
        self._events = follow.follow(process.commits, process.nudges, process.copies, turn_uuid, after)
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        self.queries.set(self)
        async for event in self._events:
            if isinstance(event, events.Token):
                self.tokens.append(event)
            elif isinstance(event, events.Done | events.Error):
                self.ends.append(event)
            self._news.set()

    async def until(self, text: str) -> None:
        """Wait until the reader has this text, which came without gaps and repeats."""
        async with asyncio.timeout(PATIENCE):
            while self.text != text:
                await self._news.wait()
                self._news.clear()
        assert [token.after for token in self.tokens] == [self.after, *(token.seq for token in self.tokens)][:-1]

    async def until_end(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.task
        assert len(self.ends) == 1

    @property
    def text(self) -> str:
        return "".join(token.content for token in self.tokens)


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


@asynccontextmanager
async def two_processes() -> AsyncIterator[tuple[Process, Process]]:
    async with Process().running() as here, Process().running() as there:
        await asyncio.sleep(0)
        yield here, there


async def connected(here: Process, there: Process) -> None:
    """Wait until each process receives what the other one sends."""
    for sender, receiver in ((here, there), (there, here)):
        with receiver.nudges.listen("test") as listener:
            async with asyncio.timeout(PATIENCE):
                while not listener._event.is_set():
                    sender.nudges.publish("test")
                    await listener.wait(0.01)


async def append(process: Process, log: AnswerLog, text: str) -> None:
    """Store text, as a chunk of its own."""
    seq = log.seq + 1
    await process.commits.append(log, text)
    async with asyncio.timeout(PATIENCE):
        while log.seq < seq:  # noqa: ASYNC110  # a log has no event of its own
            await asyncio.sleep(0.001)


async def known(process: Process, turn: Turn) -> None:
    """Wait until a process knows that another one follows the turn."""
    async with asyncio.timeout(PATIENCE):
        while not process.nudges._interest.includes(turn.uuid, monotonic()):  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def end(process: Process, log: AnswerLog) -> None:
    await process.commits.finish(log, Ending(state=State.COMPLETE, chunks=log.everything(), finish_reason="stop"))


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
