"""Two processes in one: each writes and follows turns, and hears of the other over a channel layer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any
from uuid import UUID

from channels.layers import InMemoryChannelLayer
from typing_extensions import override

from chat.models import Claim, Ending, Phase, State, Turn
from chat.turns import events, follow, relay
from chat.turns.answer_log import AnswerLog
from chat.turns.copies import Copies
from chat.turns.group_commit import GroupCommit
from chat.turns.nudges import Nudges

PATIENCE = 30

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
                while not listener.is_woken:
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
