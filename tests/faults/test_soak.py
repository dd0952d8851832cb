"""Hours of ordinary accidents: memory, file descriptors and threads stay where they are."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from .client import Tab
from .cluster import Cluster, pid_of
from .fault import FAULT_MARKS, Fault, fault, keep
from .page import Person
from .scene import Scene

pytestmark = FAULT_MARKS
USERS = 4
SHORT, LONG = 12.0, 30 * 60.0
WARM_UP = 5 * 60.0
MIB = 1024 * 1024


@dataclass(frozen=True)
class Measure:
    """What the sites use together at one moment; ``at`` in seconds since the begin."""

    at: float
    memory: float
    descriptors: int
    threads: int


@fault("28s", "soak of seconds", figure="file descriptors left over", at_most=4.0, calm=False)
async def short_soak(scene: Scene) -> list[float]:
    """Asked, stopped, reloaded and broken off; when everybody has gone, what they used is free again."""
    before = (await _soak(scene, SHORT / 2))[-1]  # connections to the database are opened when first used
    measures = await _soak(scene, SHORT / 2)
    after = measures[-1]
    assert after.threads <= before.threads + 12 * len(scene.cluster.sites), (before, after)
    return [max(0.0, after.descriptors - before.descriptors) / len(scene.cluster.sites)]


@fault("28", "soak of 30 minutes", figure="growth of memory, MiB per hour and process", at_most=1.0, long=True)
async def soak(scene: Scene) -> list[float]:
    """The slope (least squares) of the memory, after a warm-up in which four times as many people fill the caches: each
    connection to SQLite keeps 2 MB of what it has read, and has them when that much has been asked."""
    await _soak(scene, WARM_UP, users=4 * USERS)
    measures = (await _soak(scene, LONG - WARM_UP))[:-1]
    slope, _ = statistics.linear_regression([each.at for each in measures], [each.memory for each in measures])
    first, last = measures[0], measures[-1]
    print(f"soak on {scene.cluster.setup}: {first} … {last}")  # noqa: T201
    assert last.descriptors <= first.descriptors + 10 * len(scene.cluster.sites), (first, last)
    return [max(0.0, slope * 3600 / len(scene.cluster.sites))]


async def _soak(scene: Scene, seconds: float, users: int = USERS) -> list[Measure]:
    begun = time.monotonic()
    enough = asyncio.Event()
    lives = [asyncio.create_task(_live(scene, enough)) for _ in range(users)]
    measures = []
    while time.monotonic() - begun < seconds:
        await asyncio.sleep(min(10.0, seconds / 4))
        measures.append(_measure(scene, time.monotonic() - begun))
    enough.set()
    await asyncio.gather(*lives)
    await asyncio.sleep(1)
    return [*measures, _measure(scene, time.monotonic() - begun)]


async def _live(scene: Scene, enough: asyncio.Event) -> None:
    """One person, who asks again and again, and to whom things happen."""
    person = (await scene.people())[0]
    while not enough.is_set():
        async with scene.short_tab(person) as tab:
            await _accident(scene, tab, person)


async def _accident(scene: Scene, tab: Tab, person: Person) -> None:
    turn = await tab.ask(scene.question(tab, words=scene.rng.randint(10, 60), pace=15))
    await tab.until_seq(turn, scene.rng.randint(1, 10))
    match scene.rng.choice(["stop", "reload", "leave", "read", "read"]):
        case "stop":
            await tab.stop(turn)
        case "reload":
            await tab.reload(scene.conversation_of(turn))
        case "leave":
            await tab.leave()
            await scene.until_state(turn, {"complete"}, 30)
            return
    await tab.end_of(turn)


def _measure(scene: Scene, at: float) -> Measure:
    sites = [psutil.Process(pid_of(site)) for site in scene.cluster.sites]
    return Measure(
        at=at,
        memory=sum(site.memory_info().rss for site in sites) / MIB,
        descriptors=sum(site.num_fds() for site in sites),
        threads=sum(site.num_threads() for site in sites),
    )


async def test_the_promise_is_kept(fault: Fault, setup: str, clusters: Callable[[str], Cluster]) -> None:
    await keep(fault, clusters(setup))
