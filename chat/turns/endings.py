"""The ends of turns: they are stored beside the text of other turns, a few in each transaction."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from django.db import connection

from ..database import YieldingThreads, in_thread
from ..database.outage import UNAVAILABLE, outage
from ..models import Claim, Ending, Turn
from .answer_log import AnswerLog

AT_ONCE = 2
"""The most turns that end in one transaction: SQLite has one writer, and the text of other turns waits for it."""

Outcome = Ending | Exception | None
"""How a turn has ended; None if its claim was lost; an exception if its end could not be stored."""
_Entry = tuple[AnswerLog, Ending, asyncio.Future[bool]]


class Endings:
    """The turns that wait to be ended, and those that are being ended now.

    ``start`` is called between two commits of text, so that no commit under way has text of these turns. The next
    commits leave out the turns that are being ended: their whole text is in their ends.
    """

    def __init__(self, on_stored: Callable[[AnswerLog, Ending | None], None]) -> None:
        self.are_others_queued = True
        """Whether a turn waited when the last ones ended."""
        self._on_stored = on_stored
        self._waiting: deque[_Entry] = deque()
        self._under_way: dict[AnswerLog, None] = {}
        self._storing: asyncio.Task[None] | None = None
        self._thread = YieldingThreads(max_workers=1, thread_name_prefix="endings")

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def __contains__(self, log: AnswerLog) -> bool:
        """Whether the turn of a log is being ended now."""
        return log in self._under_way

    def add(self, log: AnswerLog, ending: Ending) -> asyncio.Future[bool]:
        """Let a turn wait for its end; the result is whether its claim still held. It raises if that failed."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((log, ending, future))
        return future

    def start(self, then: Callable[[], object]) -> None:
        """Begin to end the next turns, unless some are being ended; call ``then`` when they have ended."""
        if self._waiting and not self._under_way:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), AT_ONCE))]
            self._under_way = dict.fromkeys(log for log, _, _ in batch)
            self._storing = asyncio.create_task(self._store(batch))
            self._storing.add_done_callback(lambda _: then())

    def cancel(self) -> None:
        """Wait no longer for the turns that are being ended."""
        if self._storing:
            self._storing.cancel()

    async def _store(self, batch: Sequence[_Entry]) -> None:
        endings = [(log.claim, ending) for log, ending, _ in batch]
        outcomes: Sequence[Outcome]
        try:
            outcomes, self.are_others_queued = await in_thread(self._thread, _end, endings)
        except UNAVAILABLE as error:
            outcomes, self.are_others_queued = [error] * len(batch), True
        finally:
            self._under_way = {}
        for (log, _, future), outcome in zip(batch, outcomes, strict=True):
            _settle(future, outcome)
            self._on_stored(log, outcome if isinstance(outcome, Ending) else None)


def _settle(future: asyncio.Future[bool], outcome: Outcome) -> None:
    if future.cancelled():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome is not None)


def _end(endings: list[tuple[Claim, Ending]]) -> tuple[Sequence[Outcome], bool]:
    """End turns together, and return their outcomes and whether others wait now: they may wait for these."""
    outcomes = _finish_all(endings)
    try:
        return outcomes, Turn.objects.is_any_queued()
    except UNAVAILABLE:
        return outcomes, True


def _finish_all(endings: list[tuple[Claim, Ending]]) -> Sequence[Outcome]:
    """End turns together; if that fails, one by one, so that an error in one does not affect the others."""
    try:
        return Turn.objects.finish_all(endings)
    except UNAVAILABLE as error:
        outage.record(error, is_away=connection.connection is None)
        connection.close()
        return [error] * len(endings)
    except Exception as error:
        connection.close()
        if len(endings) == 1:
            return [error]
        return [outcome for ending in endings for outcome in _finish_all([ending])]
