"""One writer per process: each commit stores the new text of all streams in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic
from uuid import UUID

from ..database import RETRY_SECONDS, STORAGE_SECONDS, in_thread, persist, text_first
from ..database.outage import UNAVAILABLE
from ..models import Claim, Ending, Turn
from .answer_log import AnswerLog
from .endings import Endings
from .nudges import Nudges, turn_topic
from .pulse import Pulse

logger = logging.getLogger(__name__)

INTERVAL = 0.02
"""Seconds between the starts of two commits under constant load."""
INTERVAL_OF_A_STREAM = 0.0004
"""Seconds more for each stream, up to ``USUAL_INTERVAL``: a chunk with the text of 29 ms costs less for each word."""
USUAL_INTERVAL = 0.029
"""The limit up to which the interval grows with the streams."""
RELAYED_INTERVAL = 0.04
"""The same limit if other processes show the text, too: a commit then costs a message, and a chunk a second frame."""
LONGEST_INTERVAL = 0.06
"""The limit up to which it grows when storing and sending take more than ``MOST_BUSY`` of it."""
MOST_BUSY = 0.75
"""The share of the time that storing and sending may take: the rest is for questions, the ends of answers and pages."""
FIRST_TEXT_SECONDS = 0.006
"""The least time between a commit and that of the first text of a turn, whose reader waits for it."""
NOTICE_SECONDS = 0.003
"""The time before a commit of all in which no other work begins, so that what has begun can end."""
NEAR = 0.005
"""If the next commit of all is due within so many seconds, the first text of a turn lets that begin at once."""
BACKLOG = 64 * 1024
"""The most unstored characters of a turn; above it, its model is not read until they are stored."""
READING_TURNS = 3
"""Turns of the event loop that models take from the beat until their text is added: three on asyncio's own loop."""
WRITE_SECONDS = 8.0
"""How long after its last renewal a claim allows writing; shorter than the lease."""


def interval(streams: int, busy: float, *, is_relayed: bool = False) -> float:
    """Return the seconds between the starts of two commits, of which the first kept the process busy for ``busy``."""
    usual = min(INTERVAL + INTERVAL_OF_A_STREAM * streams, RELAYED_INTERVAL if is_relayed else USUAL_INTERVAL)
    return min(max(usual, busy / MOST_BUSY), LONGEST_INTERVAL)


class GroupCommit:
    """The logs that this process writes, and the task that stores them.

    It commits at once when idle, and at most every ``INTERVAL`` when busy: the number of transactions grows neither
    with the number of streams nor with their speed. The first text of a turn does not wait for the end of the pause. A
    commit of its own stores it, so that a new question does not cut the text of all others into smaller pieces. No
    other work of the process begins during a commit of all.
    """

    def __init__(self, nudges: Nudges) -> None:
        self.logs: dict[UUID, AnswerLog] = {}
        self.commits = 0
        self._nudges = nudges
        nudges.on_followed = self._greet
        self._on_lost: dict[AnswerLog, Callable[[], None]] = {}
        self._renewed: dict[AnswerLog, float] = {}
        self._dirty: dict[AnswerLog, None] = {}
        self._first: dict[AnswerLog, None] = {}
        self._endings = Endings(self._ended)
        self._work = asyncio.Event()
        self._urgent = asyncio.Event()
        self._stored = asyncio.Condition()
        self._pulse = Pulse(LONGEST_INTERVAL)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="group-commit")

    def open(self, claim: Claim, *, phase: str, claimed_at: float, on_lost: Callable[[], None]) -> AnswerLog:
        """Open the log of a turn that was claimed no earlier than ``claimed_at`` (monotonic seconds).

        ``on_lost`` is called once if the claim no longer holds or the text cannot be stored; it should stop the model.
        """
        log = AnswerLog(claim, phase)
        self.logs[claim.turn_uuid] = log
        self._on_lost[log] = on_lost
        self._renewed[log] = claimed_at
        return log

    async def append(self, log: AnswerLog, text: str) -> None:
        """Add text to a log, and wait while more than ``BACKLOG`` of it is not stored."""
        self.add(log, text)
        await self.room(log)

    def add(self, log: AnswerLog, text: str) -> None:
        """Add text to a log."""
        is_first = not log.has_text
        log.append(text)
        self._mark(log)
        if is_first:
            self._first[log] = None
            self._urgent.set()

    @property
    def are_others_queued(self) -> bool:
        """Whether a turn waited when the last ones ended."""
        return self._endings.are_others_queued

    def at_next_read(self, read_on: Callable[[], object]) -> None:
        """Call a function when models should be read on: before the next commit, not for each of their words.

        What they send meanwhile waits in their connections, and is then read together.
        """
        self._pulse.at_next(read_on)

    async def room(self, log: AnswerLog) -> None:
        """Wait while more than ``BACKLOG`` of a log is not stored."""
        if log.backlog > BACKLOG:
            async with self._stored:
                await self._stored.wait_for(lambda: log.backlog <= BACKLOG)

    def enter(self, log: AnswerLog, phase: str) -> None:
        """Set the phase of a turn, to be stored with the next commit."""
        log.phase = phase
        self._mark(log)

    async def finish(self, log: AnswerLog, ending: Ending) -> bool:
        """End a turn, with all of its text in ``ending``; return False if the claim was lost."""
        return await persist(lambda: self._end(log, ending))

    def renewed(self, at: float) -> None:
        """Note that the leases of all logs were renewed no earlier than ``at`` (monotonic seconds)."""
        self._renewed = dict.fromkeys(self._renewed, at)

    async def run(self) -> None:
        """Store text and endings until cancelled."""
        try:
            while True:
                await self._work.wait()
                self._work.clear()
                await self._try_cycle()
        finally:
            text_first.end()
            self._endings.cancel()

    async def _try_cycle(self) -> None:
        """Commit once and pause. A bug there must not end the storing of all turns: try again what was not stored."""
        try:
            await self._cycle()
        except Exception:
            logger.exception("The group commit goes on after an error")
            await asyncio.sleep(LONGEST_INTERVAL)
            for log in self.logs.values():
                self._mark(log)

    async def _cycle(self) -> None:
        """Commit once, start to end turns, and pause."""
        started = monotonic()
        text_first.begin()
        self._pulse.beat()
        for _ in range(READING_TURNS):
            await asyncio.sleep(0)  # let all streams add what has come
        self._urgent.clear()
        await self._commit(self._dirty)
        self._endings.start(self._look_for_more)
        await asyncio.sleep(0)  # let the followers send; their time counts as busy
        text_first.end()
        await self._pause(monotonic() - started)

    async def _pause(self, busy: float) -> None:
        """Wait between two commits of all, longer after a long one; meanwhile do what is urgent."""
        end = monotonic() + interval(len(self.logs), busy, is_relayed=self._nudges.are_relayed) - busy
        await asyncio.sleep(FIRST_TEXT_SECONDS)
        while await self._is_urgent_within(end - NOTICE_SECONDS - monotonic()):
            if end - monotonic() <= NEAR:
                return
            await self._commit(self._first)
            self._endings.start(self._look_for_more)
            await asyncio.sleep(min(FIRST_TEXT_SECONDS, max(0.0, end - monotonic())))
        if self._work.is_set():
            text_first.begin()
        await asyncio.sleep(max(0.0, end - monotonic()))

    async def _is_urgent_within(self, seconds: float) -> bool:
        """Wait until the first text of a turn has come, or more turns can be ended; return False if neither happens."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._urgent.wait()
                self._urgent.clear()
                return True
        return False

    def _greet(self, turn_uuid: UUID) -> None:
        """Say how far a turn is to a process that has just begun to follow it, if this one writes it."""
        if log := self.logs.get(turn_uuid):
            self._nudges.publish_log(log, log.seq)

    def _mark(self, log: AnswerLog) -> None:
        self._dirty[log] = None
        self._work.set()

    async def _commit(self, dirty: dict[AnswerLog, None]) -> None:
        """Store the new text of these logs. They count neither as dirty nor as first from then on."""
        taken = list(dirty)
        for log in taken:
            self._dirty.pop(log, None)
        self._first.clear()
        logs = [log for log in taken if log not in self._endings and self._may_write(log) and log.dirty]
        if not logs:
            return
        appends = [log.take() for log in logs]
        try:
            lost = await persist(lambda: in_thread(self._thread, Turn.objects.append, appends))
        except UNAVAILABLE as error:
            logger.error("Could not store the text of %d turns: %r", len(logs), error)  # noqa: TRY400  # not a bug
            lost = {log.claim.turn_id for log in logs}
        except Exception:  # a bug must not end the storing of all other turns
            logger.exception("Could not store the text of %d turns", len(logs))
            lost = {log.claim.turn_id for log in logs}
        self.commits += 1
        for log in logs:
            if log.claim.turn_id in lost:
                self._lose(log)
            else:
                before = len(log.chunks)
                log.settle()
                self._nudges.publish_log(log, before)
        async with self._stored:
            self._stored.notify_all()

    def _end(self, log: AnswerLog, ending: Ending) -> asyncio.Future[bool]:
        self._work.set()
        return self._endings.add(log, ending)

    def _ended(self, log: AnswerLog, ending: Ending | None) -> None:
        log.ending = ending
        self._close(log)

    def _look_for_more(self) -> None:
        if self._endings:
            self._work.set()
            self._urgent.set()

    def _may_write(self, log: AnswerLog) -> bool:
        """Return whether the claim was renewed in time. If not, its text waits: the database may have been away."""
        renewed = self._renewed.get(log)
        if renewed is None:
            return False
        age = monotonic() - renewed
        if age > WRITE_SECONDS + STORAGE_SECONDS:
            self._lose(log)
        elif age > WRITE_SECONDS:
            self._dirty[log] = None
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._work.set)
        return age <= WRITE_SECONDS

    def _lose(self, log: AnswerLog) -> None:
        on_lost = self._on_lost.pop(log, None)
        self._close(log)
        if on_lost:
            on_lost()

    def _close(self, log: AnswerLog) -> None:
        """Remove the log: from now on new readers of the turn read the database."""
        log.is_open = False
        self.logs.pop(log.claim.turn_uuid, None)
        self._on_lost.pop(log, None)
        self._renewed.pop(log, None)
        self._nudges.publish(turn_topic(log.claim.turn_uuid))
