"""The turns that this process follows and does not write: one copy of the log, and one read, for all readers of one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from uuid import UUID

from typing_extensions import override

from ..models import TERMINAL
from .extract import Extract
from .interest import ANNOUNCE_SECONDS
from .log_copy import LogCopy
from .nudges import Listener, Nudges, queue_topic, turn_topic
from .owned_tasks import OwnedTasks
from .view import POLL_SECONDS, View, read_stored_view

TIMER_SECONDS = 0.02
"""How much too early a timer may fire."""


class SharedCopy(Listener):
    """The copy of one log, kept up to date by nudges, and from the database whenever they do not suffice."""

    def __init__(self, nudges: Nudges, turn_uuid: UUID) -> None:
        super().__init__(nudges, (turn_topic(turn_uuid),))
        self.turn_uuid = turn_uuid
        self.readers = 0
        self.is_announced = False
        self._copy = LogCopy()
        self._checked_at = float("-inf")
        self._update: asyncio.Task[None] | None = None
        self._reads: dict[int, asyncio.Task[View]] = {}
        # Whoever waits for a read gets its exception.
        self._tasks = OwnedTasks("the readers of a turn", on_failure=lambda _: True)

    @property
    def has_ended(self) -> bool:
        """Whether the turn is known to have ended."""
        return self._copy.state in TERMINAL

    @property
    def patience(self) -> float:
        """How many seconds a reader without news waits before it asks again."""
        return max(0.0, self._checked_at + POLL_SECONDS - monotonic())

    @override
    def wake(self) -> None:
        self._copy.expire()

    @override
    def receive(self, extract: Extract) -> None:
        self._copy.apply(extract)
        if not self._copy.is_stale:
            self._checked_at = monotonic()

    @override
    def close(self) -> None:
        super().close()
        self._tasks.cancel()

    async def view(self, after: int) -> View:
        """Return what a reader at seq ``after`` lacks. Raise ``Turn.DoesNotExist``."""
        if self.patience < TIMER_SECONDS:  # a nudge may be lost, or nobody may know who follows
            self._copy.expire()
            self.is_announced = False
        if self._copy.lacks(after) and self._update:
            await asyncio.shield(self._update)  # it may have begun before the news
        if self._copy.lacks(after):
            self._update = self._update or self._tasks.start(self._read_on(after))
            await asyncio.shield(self._update)
        return self._copy.view(after) or await self._read_back(after)

    async def _read_on(self, after: int) -> None:
        """Read what the database has beyond the copy; for the first time, beyond what its reader has."""
        after = self._copy.seq if self._copy.state else after
        self._copy.begin()
        self._checked_at = monotonic()
        try:
            view = await read_stored_view(self.turn_uuid, after)
        except BaseException:
            self._copy.expire()
            raise
        finally:
            self._update = None
        self._copy.merge(view, after)
        if view.queue:
            self.add(queue_topic(view.queue))

    async def _read_back(self, after: int) -> View:
        """Return the view of a reader who is behind the copy; readers at the same seq share it."""
        if after not in self._reads:
            self._reads[after] = self._tasks.start(read_stored_view(self.turn_uuid, after))
            self._reads[after].add_done_callback(lambda _: self._reads.pop(after))
        view = await asyncio.shield(self._reads[after])
        return view if view.state in TERMINAL else view._replace(more=True)  # the copy may have more


class Copies:
    """The copies that readers in this process use. They tell other processes which turns are followed here."""

    def __init__(self, nudges: Nudges) -> None:
        self._nudges = nudges
        self._open: dict[UUID, SharedCopy] = {}
        self._announce_at = float("-inf")

    @contextmanager
    def open(self, turn_uuid: UUID) -> Iterator[SharedCopy]:
        """Share the copy of a turn with its other readers."""
        if turn_uuid not in self._open:
            self._open[turn_uuid] = SharedCopy(self._nudges, turn_uuid)
            self._open[turn_uuid].open()
        copy = self._open[turn_uuid]
        copy.readers += 1
        try:
            yield copy
        finally:
            copy.readers -= 1
            if not copy.readers:
                del self._open[turn_uuid]
                copy.close()

    def announce(self, copy: SharedCopy) -> None:
        """Say that this turn is followed here, and now and then that all are."""
        is_due = monotonic() >= self._announce_at
        if is_due:
            self._announce_at = monotonic() + ANNOUNCE_SECONDS
        for each in self._open.values() if is_due else (copy,):
            if is_due or not each.is_announced:
                self._announce(each)

    def _announce(self, copy: SharedCopy) -> None:
        copy.is_announced = True
        if not copy.has_ended:
            self._nudges.announce(copy.turn_uuid)
