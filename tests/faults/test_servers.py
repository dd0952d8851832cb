"""Redis, PostgreSQL and the disk fail and recover: answers wait for them, and no text that was shown is lost."""

from __future__ import annotations

import asyncio
import resource
import signal
import time
from collections.abc import Callable

import psycopg

from . import page
from .client import Tab
from .cluster import SCALED, SQLITE, Cluster, pid_of
from .fault import FAULT_MARKS, Fault, fault, run_short
from .outbox import Refused
from .scene import Scene

pytestmark = FAULT_MARKS


@fault(
    "7",
    "Redis restarted, or down",
    figure="longest wait for text on another process, or for Stop, s",
    at_most=1.5,
    setups=(SCALED,),
    absent="this set-up has no Redis",
)
async def redis_away(scene: Scene) -> list[float]:
    """Answers continue; readers on other processes poll; Stop works; afterwards everything is as before."""
    site = scene.cluster.sites[0]
    asking = await scene.tab(site=site)
    question = scene.question(asking, words=110, pace=20)
    turn = await asking.ask(question)
    await asking.until_seq(turn, 1)
    elsewhere = await scene.tab(asking.person, site=scene.cluster.other_than(scene.cluster.driver_of(question)))
    await elsewhere.follow(turn)
    await elsewhere.until_seq(turn, 3)
    logged = [len(each.output) for each in scene.cluster.sites]
    server = scene.cluster.servers["redis"]
    begun = time.monotonic()
    down = scene.rng.choice([0.5, 2.0])
    await scene.nemesis.restart_server(server, down, signal.SIGKILL)
    gap = scene.longest_gap(elsewhere, turn, begun, time.monotonic())
    await asyncio.to_thread(server.end)
    stopped = time.monotonic()
    await elsewhere.stop(turn)
    await asyncio.gather(asking.end_of(turn), elsewhere.end_of(turn))
    took = time.monotonic() - stopped
    assert asking.sockets == elsewhere.sockets == 1, "a socket was lost"
    for each, before in zip(scene.cluster.sites, logged, strict=True):
        lines = each.output[before:].splitlines()
        assert len(lines) <= 6, f"{len(lines)} lines in the log: {lines[:3]}"
    return [gap, took]


@fault(
    "8",
    "PostgreSQL restarted, or down for seconds",
    figure="until text arrives again, s",
    at_most=5.0,
    setups=(SCALED,),
    absent="this set-up has no database server",
)
async def postgresql_away(scene: Scene) -> list[float]:
    """No unsaved text is shown; pages return 503; afterwards answers continue, or end as interrupted."""
    tabs = [await scene.tab() for _ in range(3)]
    turns = [await tab.ask(scene.question(tab, words=140, pace=20)) for tab in tabs]
    await asyncio.gather(*(tab.until_seq(turn, 2) for tab, turn in zip(tabs, turns, strict=True)))
    server = scene.cluster.servers["postgresql"]
    await asyncio.to_thread(server.end, scene.rng.choice([signal.SIGQUIT, signal.SIGINT]))  # immediate, fast
    await asyncio.sleep(scene.rng.choice([0.0, 1.0, 3.0]))
    status = await page.status_of(scene.cluster.address(), tabs[0].person, "/")
    assert status == 503, f"a page had the status {status}"
    await asyncio.to_thread(server.start)
    up, seen = time.monotonic(), {tab: (len(scene.history.records)) for tab in tabs}
    await asyncio.gather(*(tab.until_progress(since) for tab, since in seen.items()))
    took = time.monotonic() - up
    late = await scene.tab()
    await late.end_of(await late.ask(scene.question(late, words=3)))
    return [took]


@fault("9", "database locked by another writer", figure="delay after the lock, s", at_most=2.0)
async def locked(scene: Scene) -> list[float]:
    """Lock it for 1 or 4 s: text and a question are delayed, the question is accepted, and nobody sees an error."""
    tab, other = await scene.tab(), await scene.tab()
    turn = await tab.ask(scene.question(tab, words=150, pace=20))
    await tab.until_seq(turn, 3)
    seconds = scene.rng.choice([1.0, 4.0]) if scene.is_long else 1.0
    begun = time.monotonic()
    with scene.nemesis.database_locked():
        held = time.monotonic()
        asked = asyncio.create_task(other.ask(scene.question(other, words=3)))
        await asyncio.sleep(seconds)
    released = time.monotonic()
    seen = len(scene.history.records)
    await tab.until_progress(seen)
    continued = time.monotonic()
    question = await asked
    accepted = time.monotonic()
    assert (await other.end_of(question)).get("state") == "complete"
    assert (await tab.end_of(turn)).get("state") == "complete", f"held after {held - begun:.1f} s"
    return [continued - released, accepted - released]


@fault("9b", "database locked for 8 s", figure="delay after the lock, s", at_most=5.0, long=True)
async def locked_for_long(scene: Scene) -> list[float]:
    """Lock it for longer than the database waits for a lock: the site retries, and nothing is lost."""
    tab = await scene.tab()
    turn = await tab.ask(scene.question(tab, words=240, pace=20))
    await tab.until_seq(turn, 3)
    with scene.nemesis.database_locked():
        await asyncio.sleep(8)
    released = time.monotonic()
    await tab.until_progress(len(scene.history.records))
    took = time.monotonic() - released
    await tab.end_of(turn)
    return [took]


@fault("10", "disk full, or database read-only", figure="until a question is accepted again, s", at_most=5.0)
async def disk_full(scene: Scene) -> list[float]:
    """Questions are refused before a call of the model; the site recovers by itself."""
    tab, other = await scene.tab(), await scene.tab()
    turn = await tab.ask(scene.question(tab, words=60, pace=20))
    await tab.until_seq(turn, 3)
    _make_full(scene)
    try:
        question = scene.question(other, words=3)
        refusal = await _refusal(other, question)
        status = await page.status_of(scene.cluster.address(), other.person, "/")
        await asyncio.sleep(scene.rng.random())
    finally:
        _make_room(scene)
    room = time.monotonic()
    assert refusal == "INTERNAL_ERROR", f"the question was refused with {refusal!r}"
    assert status in (200, 503), f"a page had the status {status}"
    assert not [call for call in scene.collect().calls if call.question == question], "the model was called"
    while await _refusal(other, scene.question(other, words=2)):
        assert time.monotonic() - room < 10
        await asyncio.sleep(0.2)
    took = time.monotonic() - room
    await tab.end_of(turn)
    return [took]


def _make_full(scene: Scene) -> None:
    """Forbid files to grow (SQLite), or all writes (PostgreSQL)."""
    if scene.cluster.setup == SQLITE:
        pid = pid_of(scene.cluster.sites[0])
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        return
    _set_read_only(scene.cluster, "on")


def _make_room(scene: Scene) -> None:
    if scene.cluster.setup == SQLITE:
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(pid_of(scene.cluster.sites[0]), resource.RLIMIT_FSIZE, unlimited)
        return
    _set_read_only(scene.cluster, "off")


def _set_read_only(cluster: Cluster, value: str) -> None:
    with psycopg.connect(cluster.servers["postgresql"].url, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}".encode())
        connection.execute(b"SELECT pg_reload_conf()")
        while connection.execute(b"SHOW default_transaction_read_only").fetchone() != (value,):
            time.sleep(0.01)
    time.sleep(0.1)  # the other sessions reload the setting at about the same time


async def _refusal(tab: Tab, question: str) -> str:
    try:
        await tab.ask(question)
    except Refused as refused:
        return str(refused)
    return ""


async def test_the_promise_is_kept(fault: Fault, setup: str, clusters: Callable[[str], Cluster]) -> None:
    await run_short(fault, clusters(setup))
