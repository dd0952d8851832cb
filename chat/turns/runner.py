"""Who drives turns: claims them from the queues, sees each through in a task of its own, and closes the dead."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from uuid import UUID

from ..answers import rag
from ..database import in_database, in_thread
from ..database.outage import UNAVAILABLE
from ..models import State, Turn
from .events import Event
from .follow import follow
from .group_commit import GroupCommit
from .nudges import STOP_TOPIC, Nudges, topics_of
from .owned_tasks import OwnedTasks
from .owner import Owner
from .run import Lost, Run, ShutDown, Source, Stopped

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
"""How often leases are renewed, the dead are looked for, and the queues are looked at without being woken."""
PAUSE_SECONDS = 0.02
"""The least time between two looks at the queues, so that many asks or endings at once are one."""
WATCH_SECONDS = 0.5
"""How often running turns are checked for time-outs and, without a nudge, for a request to stop."""
SAVE_SECONDS = 5.0
"""How long a drain waits for the turns that it ended to be saved."""
SPARING_SECONDS = 6.0
"""After an outage of the database leases have lapsed though their owners live; so long they may take to renew them."""


class TurnRunner:
    """The turns that this process drives, none of which a socket can take with it."""

    def __init__(self, *, answer: Source, owner: Owner | None = None) -> None:
        self.nudges = Nudges()
        self.commits = GroupCommit(self.nudges)
        self.owner = owner or Owner()
        self.runs: dict[UUID, Run] = {}
        self.draining = False
        self._answer = answer
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work = asyncio.Event()
        self._empty = asyncio.Event()
        self._spared_until = float("-inf")
        self._claim_failed = False
        self._claiming: asyncio.Task[None] | None = None
        self._unended: set[UUID] = set()
        self._tasks = OwnedTasks("the runner")
        self._lease_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lease")  # never behind other work

    # Life

    @property
    def started(self) -> bool:
        """Whether turns are driven."""
        return self._loop is not None

    async def start(self) -> None:
        """Begin to drive turns on the running event loop; harmless when it was done before."""
        if self._loop:
            return
        self._loop = asyncio.get_running_loop()
        await in_database(self.owner.live)
        for work in (self.commits.run, self.nudges.relay):
            self._tasks.start(work())
        self._claiming = self._tasks.start(self._claim_always())
        for sweep in (self._renew, self._reap):  # apart, so that neither waits for the other
            self._tasks.start(self._sweep_always(sweep))
        for work in (self._watch_always, self._time_always):
            self._tasks.start(work())

    def wake(self, *topics: str) -> None:
        """There may be something to claim or to stop, and news about ``topics``. May be called from any thread."""
        if self._loop:
            self._loop.call_soon_threadsafe(self._wake, *topics)

    async def drain(self, seconds: float) -> None:
        """Claim nothing more, give running turns ``seconds`` to end, save the rest as interrupted, and stop."""
        self.draining = True
        self._work.set()
        if self._claiming:  # what it is about to win is driven, and ended with the others
            await asyncio.wait([self._claiming], timeout=SAVE_SECONDS)
        await self._wait_until_empty(seconds)
        for run in self.runs.values():
            run.end(ShutDown())
        await self._wait_until_empty(SAVE_SECONDS)
        has_left_any = bool(self.runs or self._unended)
        await self._tasks.end(SAVE_SECONDS)
        if not has_left_any:  # else whoever looks next sees by the lock that their owner is dead, and closes them
            await in_database(self.owner.end)

    def follow(self, turn_uuid: UUID, after: int) -> AsyncGenerator[Event]:
        """The events of a turn after ``after``: see ``answer_log.follow``."""
        return follow(self.commits, self.nudges, turn_uuid, after)

    # What goes on all the time

    async def _claim_always(self) -> None:
        while not self.draining:
            await _waiting(self._work, SWEEP_SECONDS)
            self._work.clear()
            if not self.draining:
                await _reporting(self._claim)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _sweep_always(self, sweep: Callable[[], Awaitable[None]]) -> None:
        while True:
            begun = monotonic()
            if not await _reporting(sweep):
                self._spared_until = monotonic() + SPARING_SECONDS
            # At once where this process stood still meanwhile: what it renewed then proves nothing now.
            await asyncio.sleep(max(0.0, SWEEP_SECONDS - (monotonic() - begun)))

    async def _watch_always(self) -> None:
        with self.nudges.listen(STOP_TOPIC) as news:
            while True:
                news.clear()
                if self.runs:
                    await _reporting(self._end_stopped)
                await news.wait(WATCH_SECONDS)

    async def _time_always(self) -> None:
        """Apart from what asks the database, which may be slow to answer."""
        while True:
            for run in self.runs.values():
                run.end_if_overdue()
            await asyncio.sleep(WATCH_SECONDS)

    async def _claim(self) -> None:
        claimed_at = monotonic()
        known = {*self.runs, *self._unended}
        for turn in await in_database(self._won):
            if turn.uuid in known:
                continue
            run = Run(turn, commits=self.commits, answer=self._answer, claimed_at=claimed_at)
            self.runs[turn.uuid] = run
            self._tasks.start(self._drive(run))
            self.nudges.publish(*topics_of(turn))
            self.nudges.wake(STOP_TOPIC)  # a request to stop that came meanwhile was looked for too early

    def _won(self) -> list[Turn]:
        """Turns that are claimed now; after a claim that failed half-way, all that this owner holds."""
        failed, self._claim_failed = self._claim_failed, True
        won = Turn.objects.claim(self.owner.name)
        if failed:
            won = Turn.objects.held_by(self.owner.name)
        self._claim_failed = False
        return won

    async def _drive(self, run: Run) -> None:
        try:
            await run.see_through()
        except UNAVAILABLE as error:
            self._unended.add(run.turn.uuid)
            logger.warning("Turn %s could not be ended; it will be closed later: %r", run.turn.uuid, error)
        except Exception:
            self._unended.add(run.turn.uuid)
            logger.exception("Turn %s could not be ended; it will be closed when its lease has lapsed", run.turn.uuid)
        finally:
            del self.runs[run.turn.uuid]
            if not self.runs:
                self._empty.set()
        self._wake(*topics_of(run.turn))

    async def _renew(self) -> None:
        at, runs = monotonic(), list(self.runs.values())
        if not runs:
            return
        running = Turn.objects.filter(pk__in=[run.turn.pk for run in runs])
        held = await in_thread(self._lease_thread, running.renew, self.owner.name)
        self.commits.renewed(at)
        for run in runs:
            if run.turn.pk not in held:  # closed by others while this process stood still; or it has just ended
                run.end(Lost())

    async def _reap(self) -> None:
        for turn in await in_database(self._interrupt_abandoned):
            self._wake(*topics_of(turn))

    def _interrupt_abandoned(self) -> list[Turn]:
        dead = self.owner.dead()
        abandoned = Turn.objects.abandoned(dead)
        if monotonic() < self._spared_until:
            abandoned = abandoned.filter(owner__in=dead)
        # What runs here is not abandoned, however late its lease is renewed.
        others = [turn for turn in abandoned if turn.uuid not in self.runs]
        closed = [turn for turn in others if Turn.objects.interrupt(turn, dead)]
        self.owner.forget_dead(dead)
        return closed

    async def _end_stopped(self) -> None:
        for turn_uuid in await in_database(self._asked_to_stop):
            if turn_uuid in self.runs:
                self.runs[turn_uuid].end(Stopped())

    def _asked_to_stop(self) -> list[UUID]:
        mine = Turn.objects.filter(owner=self.owner.name, state=State.STREAMING)
        return list(mine.exclude(stop_requested_at=None).values_list("uuid", flat=True))

    # Inside

    def _wake(self, *topics: str) -> None:
        self._work.set()
        self.nudges.publish(STOP_TOPIC, *topics)

    async def _wait_until_empty(self, seconds: float) -> None:
        self._empty.clear()
        if self.runs:
            await _waiting(self._empty, seconds)


async def _reporting(work: Callable[[], Awaitable[None]]) -> bool:
    """What is done again and again goes on after an error, which is logged. Returns whether there was none."""
    try:
        await work()
    except UNAVAILABLE:
        return False
    except Exception:
        logger.exception("The runner goes on after an error")
        return False
    return True


async def _waiting(event: asyncio.Event, seconds: float) -> None:
    """Return when ``event`` is set, or after ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass


runner = TurnRunner(answer=rag.answer)
"""The runner of this process."""
