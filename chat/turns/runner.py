"""The runner, which drives turns: it claims them from the queues, runs each in a task, and closes abandoned ones."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from time import monotonic
from uuid import UUID

from django.db.models import CharField

from ..answers import rag
from ..database import in_database, in_thread
from ..database.outage import UNAVAILABLE
from ..models import Job, Prepared, Turn
from .beginning import Beginning
from .copies import Copies
from .events import Event
from .follow import follow
from .group_commit import GroupCommit
from .nudges import NEWS_TOPIC, SIGN_INS_TOPIC, STOP_TOPIC, Nudges, topics_of
from .owned_tasks import OwnedTasks
from .owner import Owner
from .run import Lost, Run, ShutDown, Source, Stopped
from .starts import Starts
from .titles import entitle
from .withdrawn import end_withdrawn

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
"""How often leases are renewed, abandoned turns are closed, and queues are checked without a nudge."""
PAUSE_SECONDS = 0.005
"""The least time between two checks of the queues, so that many asks or endings at once cause one check."""
WATCH_SECONDS = 0.5
"""How often running turns are checked for time-outs and, without a nudge, for a request to stop."""
SAVE_SECONDS = 5.0
"""How long a drain waits until the turns that it has ended are stored."""
GRACE_SECONDS = 6.0
"""The time to renew leases after an outage of the database, in which they have lapsed though their owners live."""

_asked_to_stop = Prepared(
    lambda owner: (
        Turn.objects.streaming().filter(owner=owner).exclude(stop_requested_at=None).values_list("uuid", flat=True)
    ),
    owner=CharField(),
)


class TurnRunner:
    """The driver of the turns of this process, which continue when a socket closes."""

    def __init__(self, *, answer: Source, owner: Owner | None = None) -> None:
        self.nudges = Nudges()
        self.commits = GroupCommit(self.nudges)
        self.copies = Copies(self.nudges)
        self.owner = owner or Owner()
        self.runs: dict[UUID, Run] = {}
        self.draining = False
        self._answer = answer
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work = asyncio.Event()
        self._empty = asyncio.Event()
        self._grace_until = float("-inf")
        self._claim_failed = False
        self._claiming: asyncio.Task[None] | None = None
        self._starts = Starts(self.owner.name)
        self._driven: set[UUID] = set()  # since the last claim
        self._unended: set[UUID] = set()
        self._tasks = OwnedTasks("the runner")
        self._lease_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lease")  # never behind other work

    # Start and end

    @property
    def started(self) -> bool:
        return self._loop is not None

    async def start(self) -> None:
        """Start driving turns on the running event loop; a second call does nothing."""
        if self._loop:
            return
        self._loop = asyncio.get_running_loop()
        await in_database(self.owner.live)
        for work in (self.commits.run, self.nudges.relay):
            self._tasks.start(work())
        self._claiming = self._tasks.start(self._claim_loop())
        ends = self._end_lost_logins, partial(end_withdrawn, self.runs)
        for sweep in (self._renew, self._reap, *ends):  # apart, so that none waits for another
            self._tasks.start(self._sweep_loop(sweep))
        for work in (self._stop_loop, self._timeout_loop):
            self._tasks.start(work())
        self._starts.open()

    def starting(self) -> AbstractContextManager[str]:
        """Yield the owner for whom a question may start at once that is submitted in this block, empty for nobody.

        Callable from any thread, which calls ``drive`` before the end of the block.
        """
        return self._starts.one()

    def drive(self, turn: Turn, started_at: float, beginning: Beginning | None) -> None:
        """Drive a turn that was asked, and started for this owner no earlier than ``started_at`` (monotonic seconds).

        Without its ``beginning`` the turn reads it itself.
        """
        if self._loop:
            self._loop.call_soon_threadsafe(self._drive, turn, started_at, beginning, NEWS_TOPIC)

    def wake(self, *topics: str) -> None:
        """Look for turns to claim, and nudge the listeners to ``topics``. Callable from any thread."""
        if self._loop:
            self._loop.call_soon_threadsafe(self._wake, *topics)

    async def drain(self, seconds: float) -> None:
        """Claim nothing more, give running turns ``seconds`` to end, store the rest as interrupted, and stop."""
        self.draining = True
        self._work.set()
        await self._starts.close(SAVE_SECONDS)
        if self._claiming:  # turns that it is about to win are driven, and ended with the others
            await asyncio.wait([self._claiming], timeout=SAVE_SECONDS)
        await self._wait_until_empty(seconds)
        for run in self.runs.values():
            run.end(ShutDown())
        await self._wait_until_empty(SAVE_SECONDS)
        are_turns_left = bool(self.runs or self._unended)
        await self._tasks.end(SAVE_SECONDS)
        if not are_turns_left:  # else another process finds the unlocked file of this owner, and closes them
            await in_database(self.owner.end)

    def follow(self, turn_uuid: UUID, after: int, *, is_new: bool = False) -> AsyncGenerator[Event]:
        """Yield the events of a turn after seq ``after``: see ``follow.follow``."""
        return follow(self.commits, self.nudges, self.copies, turn_uuid, after, is_new=is_new)

    # Loops

    async def _claim_loop(self) -> None:
        while not self.draining:
            await _wait_for(self._work, SWEEP_SECONDS)
            self._work.clear()
            if not self.draining:
                await _logging_errors(self._claim)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _sweep_loop(self, sweep: Callable[[], Awaitable[None]]) -> None:
        while True:
            begun = monotonic()
            if not await _logging_errors(sweep):
                self._grace_until = monotonic() + GRACE_SECONDS
            # At once if this process was suspended meanwhile: the leases that it renewed before may have lapsed.
            await asyncio.sleep(max(0.0, SWEEP_SECONDS - (monotonic() - begun)))

    async def _stop_loop(self) -> None:
        with self.nudges.listen(STOP_TOPIC) as listener:
            while True:
                listener.clear()
                if self.runs:
                    await _logging_errors(self._end_stopped)
                await listener.wait(WATCH_SECONDS)

    async def _timeout_loop(self) -> None:
        """End overdue turns, in a loop of its own because the database may be slow to answer the others."""
        while True:
            for run in self.runs.values():
                run.end_if_overdue()
            await asyncio.sleep(WATCH_SECONDS)

    async def _claim(self) -> None:
        claimed_at = monotonic()
        self._driven = {*self.runs, *self._unended}
        for turn in await in_database(self._claim_batch):
            self._drive(turn, claimed_at)

    def _claim_batch(self) -> list[Turn]:
        """Claim turns and return them; after a claim or start that failed half-way, all that this owner holds."""
        failed, self._claim_failed = self._claim_failed, True
        doubts = self._starts.doubts
        won = Turn.objects.claim(self.owner.name)
        if failed or doubts:
            won = Turn.objects.held_by(self.owner.name)
        self._claim_failed = False
        self._starts.settle(doubts)
        return won

    def _drive(self, turn: Turn, claimed_at: float, beginning: Beginning | None = None, *news: str) -> None:
        if turn.uuid in self._driven:
            return
        self._driven.add(turn.uuid)
        run = Run(turn, commits=self.commits, answer=self._answer, claimed_at=claimed_at, beginning=beginning)
        self.runs[turn.uuid] = run
        self._tasks.start(self._run(run))
        self.nudges.publish(*topics_of(turn), *news)

    async def _run(self, run: Run) -> None:
        try:
            await run.run_to_end()
        except UNAVAILABLE as error:
            self._unended.add(run.turn.uuid)
            logger.warning("Could not end turn %s; it will be closed later: %r", run.turn.uuid, error)
        except Exception:
            self._unended.add(run.turn.uuid)
            logger.exception("Could not end turn %s; it will be closed when its lease lapses", run.turn.uuid)
        finally:
            del self.runs[run.turn.uuid]
            if not self.runs:
                self._empty.set()
        self.nudges.publish(*topics_of(run.turn))
        if self.commits.are_others_queued:
            self._work.set()
        if run.answer and not self.draining:
            self._tasks.start(entitle(run.turn), context=run.context)

    async def _renew(self) -> None:
        at, runs = monotonic(), list(self.runs.values())
        if not runs:
            return
        running = Turn.objects.filter(pk__in=[run.turn.pk for run in runs])
        held = await in_thread(self._lease_thread, running.renew, self.owner.name)
        self.commits.renewed(at)
        for run in runs:
            if run.turn.pk not in held:  # closed by another process while this one was suspended, or just ended
                run.end(Lost())

    async def _reap(self) -> None:
        for turn in await in_database(self._interrupt_abandoned):
            self._wake(*topics_of(turn))

    def _interrupt_abandoned(self) -> list[Turn]:
        dead = self.owner.dead()
        abandoned = Turn.objects.find_abandoned(dead)
        if monotonic() < self._grace_until:
            abandoned = [turn for turn in abandoned if turn.owner in dead]
        # A turn that runs here is not abandoned, however late its lease is renewed.
        not_running = [turn for turn in abandoned if turn.uuid not in self.runs]
        closed = [turn for turn in not_running if Turn.objects.interrupt(turn, dead)]
        self.owner.forget_dead(dead - Job.objects.owners_among(dead))  # whose jobs go on elsewhere first
        return closed

    async def _end_lost_logins(self) -> None:
        """End what was asked by somebody who may not ask any more: a shell in another process tells nobody."""
        if await in_database(_end_lost_logins):
            self._wake(SIGN_INS_TOPIC, STOP_TOPIC)

    async def _end_stopped(self) -> None:
        for turn_uuid in await in_database(self._asked_to_stop):
            if turn_uuid in self.runs:
                self.runs[turn_uuid].end(Stopped())

    def _asked_to_stop(self) -> list[UUID]:
        return _asked_to_stop.fetch(owner=self.owner.name)

    # Internals

    def _wake(self, *topics: str) -> None:
        self._work.set()
        self.nudges.publish(*topics)

    async def _wait_until_empty(self, seconds: float) -> None:
        self._empty.clear()
        if self.runs:
            await _wait_for(self._empty, seconds)


def _end_lost_logins() -> bool:
    """Return whether there were any."""
    lost = Turn.objects.lost_logins()
    for login in lost:
        login.end()
    return bool(lost)


async def _logging_errors(work: Callable[[], Awaitable[None]]) -> bool:
    """Do a round of recurring work, and log an error instead of raising it. Return whether there was none."""
    try:
        await work()
    except UNAVAILABLE:
        return False
    except Exception:
        logger.exception("The runner continues after an error")
        return False
    return True


async def _wait_for(event: asyncio.Event, seconds: float) -> None:
    """Return when ``event`` is set, or after ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass


runner = TurnRunner(answer=rag.answer)
"""The runner of this process."""
