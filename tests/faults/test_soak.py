"""Long runs with ordinary accidents: memory, file descriptors and tasks do not grow."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil
import psycopg

from . import page
from .client import Tab
from .cluster import Cluster, pid_of
from .fault import FAULT_MARKS, Fault, fault, run_short
from .history import Call
from .outbox import Refused
from .page import Address, Person, Unavailable
from .proxy import FaultProxy
from .reading import ENDINGS
from .scene import Scene

pytestmark = FAULT_MARKS
USERS = 4
SHORT, LONG = 12.0, 30 * 60.0
WARM_UP = 10 * 60.0
DISTURBED_EVERY = 60.0
MIB = 1024 * 1024
NETWORKS = [(0.0, 0), (0.0, 1), (0.002, 100)]
"""Delay and slice size: unchanged, byte by byte, and slow in small pieces. See ``FaultProxy``."""


@dataclass(frozen=True)
class Measure:
    """The resources of all sites together; ``at`` is in seconds since the beginning."""

    at: float
    memory: float
    descriptors: int
    threads: int


@fault("28s", "short soak", figure="file descriptors left open, per process", at_most=4.0, calm=False)
async def short_soak(scene: Scene) -> list[float]:
    """Users ask, stop, reload and disconnect; after they have left, their resources are free again."""
    before = (await _soak(scene, SHORT / 2))[-1]  # connections to the database are opened on first use
    measures = await _soak(scene, SHORT / 2)
    after = measures[-1]
    assert after.threads <= before.threads + 12 * len(scene.cluster.sites), (before, after)
    return [max(0.0, after.descriptors - before.descriptors) / len(scene.cluster.sites)]


@fault("28", "soak of 30 minutes", figure="memory growth, MiB per hour and process", at_most=1.0, long=True)
async def soak(scene: Scene) -> list[float]:
    """Measure the slope of the memory (least squares), after a warm-up with four times as many users, which allocates
    the memory of a busy moment. File descriptors and tasks must not grow."""
    sites = len(scene.cluster.sites)
    await _soak(scene, WARM_UP, users=4 * USERS)
    begun = time.monotonic()
    measures = (await _soak(scene, LONG))[:-1]
    slope, _ = statistics.linear_regression([each.at for each in measures], [each.memory for each in measures])
    first, last = measures[0], measures[-1]
    tasks = _tasks([call for call in scene.collect().calls if call.begun > begun])
    print(f"soak on {scene.cluster.setup}: {first} … {last}; tasks {tasks}")  # noqa: T201
    assert last.descriptors <= first.descriptors + 10 * sites, (first, last)
    assert tasks[1] <= tasks[0] + 10, f"a process had {tasks[0]} tasks at first, and {tasks[1]} at the end"
    return [max(0.0, slope * 3600 / sites)]


def _tasks(calls: Sequence[Call]) -> tuple[float, float]:
    """Return the median number of tasks in a process at its model calls, of the first and of the last tenth."""
    tenth = max(1, len(calls) // 10)
    tasks = [call.tasks for call in sorted(calls, key=lambda call: call.begun)]
    return statistics.median(tasks[:tenth]), statistics.median(tasks[-tenth:])


async def _soak(scene: Scene, seconds: float, users: int = USERS) -> list[Measure]:
    begun = time.monotonic()
    enough = asyncio.Event()
    lives = [asyncio.create_task(_live(scene, enough)) for _ in range(users)]
    lives.append(asyncio.create_task(_disturb(scene, enough)))
    measures = []
    while time.monotonic() - begun < seconds:
        await asyncio.sleep(min(10.0, seconds / 4))
        measures.append(_measure(scene, time.monotonic() - begun))
    enough.set()
    await asyncio.gather(*lives)
    await asyncio.sleep(1)
    return [*measures, _measure(scene, time.monotonic() - begun)]


async def _live(scene: Scene, enough: asyncio.Event) -> None:
    """Let one person ask repeatedly, with accidents."""
    person = (await scene.people())[0]
    while not enough.is_set():
        await _visit(scene, person)


async def _visit(scene: Scene, person: Person) -> None:
    """Open a tab for one question."""
    site = scene.cluster.address()
    proxy = FaultProxy(site.port)
    proxy.delay, proxy.slice_bytes = scene.rng.choice(NETWORKS)
    async with proxy, scene.short_tab(person, lambda: Address(proxy.port, site.origin)) as tab:
        await _accident(scene, tab, proxy)


async def _accident(scene: Scene, tab: Tab, proxy: FaultProxy) -> None:
    accident = scene.rng.choice(["stop", "reload", "leave", "delete", "reset", "fail", "break off", "read", "read"])
    words = scene.rng.randint(10, 60)
    fails_at, breaks_at = (words // 2 if accident == kind else None for kind in ("fail", "break off"))
    question = scene.question(tab, words=words, pace=15, error_at=fails_at, cut_at=breaks_at)
    turn = await _ask(tab, question)
    talk = scene.conversation_of(turn)
    await tab.until_seq(turn, scene.rng.randint(1, 10))
    with contextlib.suppress(OSError, Unavailable):  # the database may be down
        match accident:
            case "stop":
                await tab.stop(turn)
            case "reload":
                await tab.reload(talk)
            case "delete":
                await page.post(scene.cluster.address(), tab.person, f"/c/{talk}/delete/")
            case "reset":
                proxy.reset()
            case "leave":
                await tab.leave()
    await _end(scene, turn)


async def _end(scene: Scene, turn: str) -> None:
    """Wait for the end of a turn in the database; its tab may be closed."""
    while True:
        with contextlib.suppress(psycopg.OperationalError):  # the database may be down
            await scene.until_state(turn, ENDINGS, 60)
            return
        await asyncio.sleep(1)


async def _ask(tab: Tab, question: str) -> str:
    """Ask until the question is accepted: while the database is down, questions are refused."""
    while True:
        try:
            return await tab.ask(question)
        except Refused:
            await asyncio.sleep(1)


async def _disturb(scene: Scene, enough: asyncio.Event) -> None:
    """Once a minute, restart a server or lock the database."""
    for number in itertools.count():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DISTURBED_EVERY):
                await enough.wait()
            return
        servers = [*scene.cluster.servers.values(), None]
        server = servers[number % len(servers)]
        if server:
            await scene.nemesis.restart_server(server, 0.5, server.ending)
        else:
            with scene.nemesis.database_locked():
                await asyncio.sleep(1)


def _measure(scene: Scene, at: float) -> Measure:
    sites = [psutil.Process(pid_of(site)) for site in scene.cluster.sites]
    return Measure(
        at=at,
        memory=sum(site.memory_info().rss for site in sites) / MIB,
        descriptors=sum(site.num_fds() for site in sites),
        threads=sum(site.num_threads() for site in sites),
    )


async def test_the_promise_is_kept(fault: Fault, setup: str, clusters: Callable[[str], Cluster]) -> None:
    await run_short(fault, clusters(setup))
