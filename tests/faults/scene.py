"""One run of one fault: who takes part, what they saw, and whether it was as promised."""

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
from .history import Record, StoredTurn, Story, read_calls
from .nemesis import Nemesis
from .page import Address, Person
from .passed_on import calls_of
from .proxy import FaultProxy
from .reading import ENDINGS

SETTLE_SECONDS = 40.0
"""How long after the last fault every turn must have ended (I7)."""
_numbers = itertools.count(1)


class Broken(AssertionError):
    """A promise was not kept. The message has the seed and the file with the history."""


class Scene:
    """Tabs and people of one run on a cluster, with everything random drawn from ``seed``.

    Entered, it may be played in; when it is left, everything that was broken is mended, every turn must end, and the
    story is checked. Raises ``Broken``.
    """

    def __init__(self, cluster: Cluster, seed: int, *, name: str = "", is_long: bool = False) -> None:
        self.cluster, self.seed, self.name, self.is_long = cluster, seed, name, is_long
        self.submits = self.cut_points = self.scripts = 0
        self.rng = Random(seed)  # noqa: S311  # to be repeated, not to be secret
        self.story = Story()
        self.nemesis = Nemesis(cluster, self.story)
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
        breaches = checker.check(self.story)
        if breaches:
            raise Broken(self.report([f"{breach.invariant}: {breach.what}" for breach in breaches]))

    # Who takes part

    async def people(self) -> tuple[Person, Person]:
        """Somebody new, with two browsers, each signed in by itself."""
        both = await self.cluster.people()
        self._logins += [person.login_session for person in both]
        return both

    async def tab(
        self,
        person: Person | None = None,
        *,
        site: SiteProcess | None = None,
        where: Callable[[], Address] | None = None,
    ) -> Tab:
        """An open tab, of somebody new unless named, at any site unless named."""
        person = person or (await self.people())[0]
        self._tabs += 1
        name = f"tab{self._tabs}"
        where = where or (lambda: self.cluster.address(site))
        # A seed of its own, so that what one tab draws does not depend on the others.
        rng = Random(f"{self.seed} {name}")  # noqa: S311
        return await self._stack.enter_async_context(Tab(name, person, where, story=self.story, rng=rng))

    async def proxy(self, target: int | Callable[[], int]) -> FaultProxy:
        """A fault proxy in front of a port."""
        return await self._stack.enter_async_context(FaultProxy(target))

    def question(self, tab: Tab, **script: Any) -> str:
        """A question of its own, with a script for the model (``questions.question``)."""
        number = next(_numbers)
        question = questions.question(number, **script)
        self._asked[question] = tab.person.name
        return question

    async def upstream(self) -> Upstream:
        """The scripted upstream of this cluster; it stays when the scene is over, for others may use it too."""
        if self.cluster.upstream is None:
            self.cluster.upstream = Upstream(port=self.cluster.upstream_port)
            await self.cluster.upstream.__aenter__()
        pids = {pid_of(site) for site in self.cluster.sites}
        while not pids <= self.cluster.warm:  # a process loads what it asks with at its first question
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
        """A question that the scripted upstream answers."""
        question = questions.upstream_question(next(_numbers), script, begun=begun)
        self._passed_on.add(question)
        return question

    @asynccontextmanager
    async def short_tab(self, person: Person, where: Callable[[], Address] | None = None) -> AsyncIterator[Tab]:
        """A tab for one question, in a scene of very many."""
        self._tabs += 1
        name = f"tab{self._tabs}"
        async with Tab(name, person, where or self.cluster.address, story=self.story, rng=self.rng) as tab:
            yield tab

    # What the tabs saw

    def conversation_of(self, turn: str) -> str:
        """The conversation of a turn that a tab was told of."""
        return next(str(e.data["conversation"]) for e in self._events("accepted") if e.data["turn"] == turn)

    def spread_of_end(self, turn: str) -> float:
        """Seconds between the first and the last tab that were told the end of a turn."""
        ends = [record.at for record in self._events("done", "error") if record.data.get("turn") == turn]
        return max(ends) - min(ends)

    def order_of_ends(self, tab: Tab, turns: list[str]) -> list[str]:
        """These turns in the order in which a tab was told that they had ended."""
        ended = [e.data.get("turn") for e in self._events("done", "error") if e.tab == tab.name]
        return sorted(turns, key=ended.index)

    def longest_gap(self, tab: Tab, turn: str, since: float, until: float) -> float:
        """The longest time in which a tab was sent no text of a turn, between two moments."""
        heard = [e.at for e in self._events("token") if e.tab == tab.name and e.data["turn"] == turn]
        moments = [since, *(at for at in heard if since <= at <= until), min(until, max(heard, default=until))]
        return max(later - earlier for earlier, later in itertools.pairwise(moments))

    def gaps(self, tab: Tab, *, not_before: float) -> list[float]:
        """Seconds that a tab was without a connection, each time; where nothing served until ``not_before``, since."""
        lost: float | None = None
        gaps = []
        for record in (each for each in self.story.records if each.tab == tab.name):
            if record.what == "closed":
                lost = record.at
            elif record.what == "opened" and lost is not None:
                gaps.append(max(0.0, record.at - max(lost, not_before)))
                lost = None
        return gaps

    def _events(self, *kinds: str) -> Iterator[Record]:
        return (e for e in self.story.records if e.what == "event" and e.data["type"] in kinds)

    # What the database knows

    def turns(self) -> list[StoredTurn]:
        """All turns of the people of this scene."""
        return self.cluster.turns_of(self._logins) if self._logins else []

    def state_of(self, turn: str) -> str:
        """The state of a turn in the database."""
        return self.cluster.state_of(turn)

    async def until_state(self, turn: str, states: set[str], seconds: float) -> float:
        """Wait until a turn is in one of these states in the database; returns when that was (monotonic seconds)."""
        deadline = time.monotonic() + seconds
        while await asyncio.to_thread(self.state_of, turn) not in states:
            if time.monotonic() > deadline:
                raise TimeoutError(f"turn {turn} is not {states} within {seconds} s")
            await asyncio.sleep(0.05)
        return time.monotonic()

    def collect(self) -> Story:
        """The story so far, complete."""
        self.story.turns = self.turns()
        self.story.calls = [call for call in read_calls(self.cluster.log) if call.question in self._asked]
        if self.cluster.upstream:
            self.story.calls += [call for call in calls_of(self.cluster.upstream) if call.question in self._passed_on]
        self.story.marks = checker.marks_of(self._asked)
        return self.story

    async def _settle(self) -> None:
        begun = time.monotonic()
        while any(turn.state not in ENDINGS for turn in await asyncio.to_thread(self.turns)):
            if time.monotonic() - begun > SETTLE_SECONDS:
                break  # the checker says so
            await asyncio.sleep(0.1)
        self.settled_after = time.monotonic() - begun

    def report(self, lines: list[str]) -> str:
        """What is told of a broken promise; writes the history."""
        folder = Path(tempfile.gettempdir(), "chatsite-faults")
        folder.mkdir(exist_ok=True)
        path = folder / f"{self.name or 'scene'}-{self.cluster.setup}-{self.seed}.jsonl"
        self.story.write(path)
        shown = lines[:10] + ([f"and {len(lines) - 10} more"] if len(lines) > 10 else [])
        return "\n".join([f"{self.name} on {self.cluster.setup}, seed {self.seed}; history in {path}", *shown])
