"""One run of one fault: its tabs, their history, and the check of the promises."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

from tests.support.processes import Missing
from tests.support.site_process import SiteProcess

from ..support.upstream import Upstream
from . import checker, questions
from .client import Tab
from .cluster import Cluster, pid_of
from .history import History, Record, StoredTurn, read_calls
from .nemesis import Nemesis
from .page import Address, Person
from .passed_on import calls_of
from .proxy import FaultProxy
from .reading import ENDINGS

SETTLE_SECONDS = 40.0
"""Time after the last fault within which every turn must end (I7)."""
_numbers = itertools.count(1)


class Broken(AssertionError):
    """A promise was not kept. The message has the seed and the path of the history."""


class Scene:
    """The tabs and persons of one run on a cluster; everything random comes from ``seed``.

    A fault plays within the block. At its end, everything broken is repaired, every turn must end, and the history is
    checked. Raises ``Broken``.
    """

    def __init__(self, cluster: Cluster, seed: int, *, name: str = "", is_long: bool = False) -> None:
        self.cluster, self.seed, self.name, self.is_long = cluster, seed, name, is_long
        self.submits = self.cut_points = self.scripts = 0
        self.rng = Random(seed)  # noqa: S311  # repeatable, not secret
        self.history = History()
        self.nemesis = Nemesis(cluster, self.history)
        self.settled_after = 0.0
        self._stack = AsyncExitStack()
        self._logins: list[int] = []
        self._asked: dict[str, str] = {}
        self._passed_on: set[str] = set()
        self._tabs = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.nemesis.mend()
        await self._settle()
        await self._stack.aclose()
        self.collect()
        if kind is not None:
            if not isinstance(error, asyncio.CancelledError | Missing):
                raise Broken(self.report([f"{kind.__name__}: {error}"])) from error
            return
        breaches = checker.check(self.history)
        if breaches:
            raise Broken(self.report([f"{breach.invariant}: {breach.description}" for breach in breaches]))

    # Persons and tabs

    async def people(self) -> tuple[Person, Person]:
        """Return a new user with two browsers, each signed in separately."""
        browsers = await self.cluster.people()
        self._logins += [person.login_session for person in browsers]
        return browsers

    async def tab(
        self,
        person: Person | None = None,
        *,
        site: SiteProcess | None = None,
        where: Callable[[], Address] | None = None,
    ) -> Tab:
        """Open a tab, by default of a new user and at any site."""
        person = person or (await self.people())[0]
        self._tabs += 1
        name = f"tab{self._tabs}"
        where = where or (lambda: self.cluster.address(site))
        # Each tab has its own seed, so that its random numbers do not depend on the other tabs.
        rng = Random(f"{self.seed} {name}")  # noqa: S311
        return await self._stack.enter_async_context(Tab(name, person, where, history=self.history, rng=rng))

    async def proxy(self, target: int | Callable[[], int]) -> FaultProxy:
        """Start a fault proxy in front of a port."""
        return await self._stack.enter_async_context(FaultProxy(target))

    def question(self, tab: Tab, **script: Any) -> str:
        """Return a new question with a script for the model (``questions.question``)."""
        number = next(_numbers)
        question = questions.question(number, **script)
        self._asked[question] = tab.person.name
        return question

    async def upstream(self) -> Upstream:
        """Return the scripted upstream of this cluster, shared with other scenes; start and warm it up if need be."""
        if self.cluster.upstream is None:
            self.cluster.upstream = Upstream(port=self.cluster.upstream_port)
            await self.cluster.upstream.__aenter__()
        pids = {pid_of(site) for site in self.cluster.sites}
        while not pids <= self.cluster.warm:  # a process loads its client at the first question
            tabs = [await self.tab() for _ in range(2 * len(pids))]
            begun = time.monotonic()
            turns = await asyncio.gather(
                *(tab.ask(self.upstream_question("tokens 9 20; finish; done")) for tab in tabs)
            )
            ends = await asyncio.gather(*(tab.end_of(turn) for tab, turn in zip(tabs, turns, strict=True)))
            if all(end.get("state") == "complete" for end in ends) and time.monotonic() - begun < 2:
                self.cluster.warm |= pids
        return self.cluster.upstream

    def upstream_question(self, script: str, *, begun: bool = False) -> str:
        """Return a new question that the scripted upstream answers."""
        question = questions.upstream_question(next(_numbers), script, begun=begun)
        self._passed_on.add(question)
        return question

    @asynccontextmanager
    async def short_tab(self, person: Person, where: Callable[[], Address] | None = None) -> AsyncIterator[Tab]:
        """Open a tab for one question, in a scene with very many tabs."""
        self._tabs += 1
        name = f"tab{self._tabs}"
        async with Tab(name, person, where or self.cluster.address, history=self.history, rng=self.rng) as tab:
            yield tab

    # Queries of the history

    def conversation_of(self, turn: str) -> str:
        """Return the conversation of a turn that was accepted in a tab."""
        return next(str(e.data["conversation"]) for e in self._events("accepted") if e.data["turn"] == turn)

    def spread_of_end(self, turn: str) -> float:
        """Return the seconds from the first to the last tab that received the end of a turn."""
        ends = [record.at for record in self._events("done", "error") if record.data.get("turn") == turn]
        return max(ends) - min(ends)

    def order_of_ends(self, tab: Tab, turns: list[str]) -> list[str]:
        """Return these turns in the order in which a tab received their ends."""
        ended = [e.data.get("turn") for e in self._events("done", "error") if e.tab == tab.name]
        return sorted(turns, key=ended.index)

    def longest_gap(self, tab: Tab, turn: str, since: float, until: float) -> float:
        """Return the longest time between two moments in which a tab received no text of a turn."""
        received = [e.at for e in self._events("token") if e.tab == tab.name and e.data["turn"] == turn]
        moments = [since, *(at for at in received if since <= at <= until), min(until, max(received, default=until))]
        return max(later - earlier for earlier, later in itertools.pairwise(moments))

    def gaps(self, tab: Tab, *, not_before: float) -> list[float]:
        """Return the seconds of each time that a tab had no connection, counted from ``not_before`` at the earliest."""
        lost: float | None = None
        gaps = []
        for record in (each for each in self.history.records if each.tab == tab.name):
            if record.what == "closed":
                lost = record.at
            elif record.what == "opened" and lost is not None:
                gaps.append(max(0.0, record.at - max(lost, not_before)))
                lost = None
        return gaps

    def _events(self, *kinds: str) -> Iterator[Record]:
        return (e for e in self.history.records if e.what == "event" and e.data["type"] in kinds)

    # The database

    def turns(self) -> list[StoredTurn]:
        """Return all turns of the persons of this scene."""
        return self.cluster.turns_of(self._logins) if self._logins else []

    def state_of(self, turn: str) -> str:
        """Return the state of a turn in the database."""
        return self.cluster.state_of(turn)

    async def until_state(self, turn: str, states: set[str], seconds: float) -> float:
        """Wait until the database has a turn in one of these states; return when it had (monotonic seconds)."""
        deadline = time.monotonic() + seconds
        while await asyncio.to_thread(self.state_of, turn) not in states:
            if time.monotonic() > deadline:
                raise TimeoutError(f"turn {turn} is not {states} within {seconds} s")
            await asyncio.sleep(0.05)
        return time.monotonic()

    def collect(self) -> History:
        """Add turns and calls to the history so far, and return it."""
        self.history.turns = self.turns()
        self.history.calls = [call for call in read_calls(self.cluster.log) if call.question in self._asked]
        if self.cluster.upstream:
            self.history.calls += [call for call in calls_of(self.cluster.upstream) if call.question in self._passed_on]
        self.history.marks = questions.marks_of(self._asked)
        return self.history

    async def _settle(self) -> None:
        begun = time.monotonic()
        while any(turn.state not in ENDINGS for turn in await asyncio.to_thread(self.turns)):
            if time.monotonic() - begun > SETTLE_SECONDS:
                break  # the checker reports it
            await asyncio.sleep(0.1)
        self.settled_after = time.monotonic() - begun

    def report(self, lines: list[str]) -> str:
        """Write the history to a file, and return the message about a broken promise."""
        folder = Path(tempfile.gettempdir(), "chatsite-faults")
        folder.mkdir(exist_ok=True)
        path = folder / f"{self.name or 'scene'}-{self.cluster.setup}-{self.seed}.jsonl"
        self.history.write(path)
        shown = lines[:10] + ([f"and {len(lines) - 10} more"] if len(lines) > 10 else [])
        return "\n".join([f"{self.name} on {self.cluster.setup}, seed {self.seed}; history in {path}", *shown])
