"""Readers leave, return, lose their connection or read slowly: their text is complete, and others are unaffected."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from random import Random
from uuid import UUID

import psutil
from websockets.asyncio.client import ClientConnection, connect

from chat.turns.events import Token
from chat.turns.follow import Cursor
from chat.turns.view import View

from ..support.raw_socket import RawSocket
from . import page
from .client import Tab
from .cluster import Cluster, pid_of, until
from .fault import FAULT_MARKS, SEED, Fault, fault, run_short
from .scene import Scene

pytestmark = FAULT_MARKS
MIB = 1024 * 1024
_TURN = UUID(int=1)


@fault("1", "tab reload mid-stream", figure="until live again, s", at_most=1.0, calm=True)
async def reload_mid_stream(scene: Scene) -> list[float]:
    """The page has the text so far, and continues from there."""
    tab = await scene.tab()
    turn = await tab.ask(scene.question(tab, words=60, pace=20))
    figures = []
    for _ in range(4):
        await asyncio.sleep(scene.rng.random() * 0.6)
        begun = time.monotonic()
        await tab.reload(scene.conversation_of(turn))
        seq = tab.turns[turn].seq
        await tab.until_seq(turn, seq + 1)
        figures.append(time.monotonic() - begun)
    await tab.end_of(turn)
    return figures


async def _drop(scene: Scene, seconds: float, tabs: int) -> list[float]:
    """Interrupt the network of some tabs: half of the connections are reset, the others stay open without traffic."""
    site = scene.cluster.sites[0]
    proxies = [await scene.proxy(site.port) for _ in range(tabs)]
    dropped = [await scene.tab(where=partial(page.Address, proxy.port, site.url)) for proxy in proxies]
    turns = await asyncio.gather(*(tab.ask(scene.question(tab, words=80, pace=20)) for tab in dropped))
    await asyncio.gather(*(tab.until_seq(turn, 1) for tab, turn in zip(dropped, turns, strict=True)))
    await asyncio.sleep(scene.rng.random())
    for number, proxy in enumerate(proxies):
        proxy.black_out()
        if number % 2:
            proxy.refuses = True
            proxy.reset()
    await asyncio.sleep(seconds)
    seen = {tab: len(scene.history.records) for tab in dropped}
    healed = time.monotonic()
    for tab, proxy in zip(dropped, proxies, strict=True):
        proxy.heal()
        if seconds > 10:
            tab.wake()  # the browser's "online"
    await asyncio.gather(*(tab.end_of(turn) for tab, turn in zip(dropped, turns, strict=True)))
    return [_first_event(scene, tab, since) - healed for tab, since in seen.items()]


def _first_event(scene: Scene, tab: Tab, since: int) -> float:
    """Return when a tab received its first event after ``since`` records."""
    records = scene.history.records[since:]
    return next(record.at for record in records if record.tab == tab.name and record.what == "event")


@fault("2", "network drop of 2 s", figure="recovery time, s", at_most=2.0, share=0.95, calm=True)
async def short_drop(scene: Scene) -> list[float]:
    return await _drop(scene, 2.0, tabs=2)


@fault("2b", "network drop of 60 s", figure="recovery time, s", at_most=2.0, share=0.95, calm=True, long=True)
async def long_drop(scene: Scene) -> list[float]:
    return await _drop(scene, 60.0, tabs=4)


@fault("2c", "network drop of 10 min", figure="recovery time, s", at_most=2.0, share=0.95, calm=True, long=True)
async def very_long_drop(scene: Scene) -> list[float]:
    return await _drop(scene, 600.0, tabs=4)


@fault("3", "half-open connection", figure="until both sides detect it, s", at_most=10.0, calm=True)
async def half_open(scene: Scene) -> list[float]:
    """The connection is dead but not closed: the tab reconnects by itself, and the site closes the old socket."""
    site = scene.cluster.sites[0]
    proxy = await scene.proxy(site.port)
    tab = await scene.tab(where=partial(page.Address, proxy.port, site.url))
    turn = await tab.ask(scene.question(tab, words=60, pace=scene.rng.choice([3, 20])))
    await tab.until_seq(turn, 1)
    await asyncio.sleep(scene.rng.random() * 4)
    begun, ports = time.monotonic(), proxy.abandon()
    process = psutil.Process(pid_of(site))
    await until(lambda: not ports & {each.raddr.port for each in process.net_connections() if each.raddr}, 60)
    at_the_site = time.monotonic() - begun
    await tab.until_open(begun)
    await tab.end_of(turn)
    lost = next(record.at for record in scene.history.records if record.tab == tab.name and record.what == "closed")
    return [at_the_site, lost - begun]


@fault("11", "clients that do not read", figure="memory per client, MiB", at_most=1.0)
async def not_reading(scene: Scene) -> list[float]:
    """Each client follows 3 answers of 180,000 characters and reads nothing; another reader is unaffected."""
    site = scene.cluster.sites[0]
    writer = await scene.tab(site=site)
    turns = [await writer.ask(scene.question(writer, words=200, pace=0, letters=900)) for _ in range(3)]
    for turn in turns:
        await writer.end_of(turn)
    healthy = await scene.tab(site=site)
    watched = await healthy.ask(scene.question(healthy, words=80, pace=20))
    await healthy.until_seq(watched, 5)
    watched_from = time.monotonic()
    many = 200 if scene.is_long else 30
    process = psutil.Process(pid_of(site))
    before = process.memory_info().rss
    sockets = [await _unread(writer, turns) for _ in range(many)]
    await asyncio.sleep(1)
    watched_until = time.monotonic()
    grown = max(0, process.memory_info().rss - before)
    await healthy.end_of(watched)
    if scene.is_long:
        await asyncio.wait_for(asyncio.gather(*(_closed_with(socket) for socket in sockets)), 45)
        assert {socket.close_code for socket in sockets} == {4408}
    for socket in sockets:
        socket.transport.abort()
    gap = scene.longest_gap(healthy, watched, watched_from, watched_until)
    assert gap < 1, f"another reader waited {gap:.2f} s for text"
    return [grown / MIB / many]


@fault("11b", "clients that follow again and again, and do not read", figure="memory of 5, MiB", at_most=4.0)
async def following_again(scene: Scene) -> list[float]:
    """Each follows an answer of 180,000 characters from its start every 0.6 s; another reader is unaffected."""
    site = scene.cluster.sites[0]
    writer = await scene.tab(site=site)
    turn = await writer.ask(scene.question(writer, words=200, pace=0, letters=900))
    await writer.end_of(turn)
    healthy = await scene.tab(site=site)
    seconds = 60 if scene.is_long else 6
    watched = await healthy.ask(scene.question(healthy, words=20 * seconds, pace=20))
    await healthy.until_seq(watched, 5)
    process = psutil.Process(pid_of(site))
    before, watched_from = process.memory_info().rss, time.monotonic()
    sockets = [await asyncio.to_thread(RawSocket, site, f"Cookie: {writer.person.cookie}") for _ in range(5)]
    most = before
    while time.monotonic() < watched_from + seconds:
        for socket in sockets:
            await asyncio.to_thread(partial(socket.send, type="follow", turn=turn, after=0))
        await asyncio.sleep(0.6)
        most = max(most, process.memory_info().rss)
    gap = scene.longest_gap(healthy, watched, watched_from, time.monotonic())
    await healthy.end_of(watched)
    for socket in sockets:
        socket.close()
    assert gap < 1, f"another reader waited {gap:.2f} s for text"
    return [(most - before) / MIB]


async def _unread(tab: Tab, turns: list[str]) -> ClientConnection:
    """Open another socket of the same person, which follows some turns and reads nothing."""
    address = tab.where()
    socket = await connect(
        f"ws://127.0.0.1:{address.port}/ws/chat/",
        origin=address.origin,  # type: ignore[arg-type]  # a NewType of str
        additional_headers={"Cookie": tab.person.cookie},
        ping_interval=None,
        compression=None,
        max_queue=None,
    )
    for turn in turns:
        await socket.send(f'{{"type":"follow","turn":"{turn}","after":0}}')
    return socket


async def _closed_with(socket: ClientConnection) -> None:
    await socket.wait_closed()


@fault("21", "navigate away and back", figure="until the page is complete, s", at_most=1.0, calm=True)
async def away_for_the_whole_answer(scene: Scene) -> list[float]:
    """Nobody reads while the answer is written; afterwards it is complete, with sources from the chosen recording."""
    tab = await scene.tab()
    recording = scene.rng.choice(scene.cluster.recordings("Heron"))
    turn = await tab.ask(scene.question(tab, words=20, pace=20), recordings=[recording])
    await asyncio.sleep(scene.rng.random() * 0.3)
    await tab.leave()
    await scene.until_state(turn, {"complete"}, 30)
    back = await scene.tab(tab.person)
    begun = time.monotonic()
    [shown] = await back.reload(scene.conversation_of(turn))
    took = time.monotonic() - begun
    assert (shown.state, len(shown.text.split())) == ("complete", 20)
    assert [set(row.cited) for row in scene.turns()] == [{recording}]
    return [took]


@fault("22", "reload at the very end", figure="until the end is seen, s", at_most=1.0, calm=True)
async def reload_at_the_boundary(scene: Scene) -> list[float]:
    """Reload at random moments near the last chunk and ``done``."""
    tab = await scene.tab()
    figures = []
    for _ in range(5):
        turn = await tab.ask(scene.question(tab, words=8, pace=40))
        await tab.until_seq(turn, scene.rng.randint(4, 8))
        await asyncio.sleep(scene.rng.random() * 0.15)
        begun = time.monotonic()
        await tab.reload(scene.conversation_of(turn))
        await tab.end_of(turn)
        figures.append(time.monotonic() - begun)
    return figures


@fault("27", "thundering herd after a restart", figure="until ready, s", at_most=5.0, share=0.95)
async def herd(scene: Scene) -> list[float]:
    """All tabs reconnect at once, to an answer that was interrupted."""
    many = 500 if scene.is_long else 60
    writer = await scene.tab()
    turn = await writer.ask(scene.question(writer, words=100, pace=10))
    await writer.until_seq(turn, 1)
    tabs = [await scene.tab(writer.person) for _ in range(many)]
    for tab in tabs:
        await tab.follow(turn)
    await asyncio.gather(*(tab.until_seq(turn, 1) for tab in tabs))
    sites = scene.cluster.sites
    await asyncio.gather(*(scene.nemesis.terminate(site) for site in sites))
    gone = time.monotonic()
    served = max(await asyncio.gather(*(scene.nemesis.start(site) for site in sites)))
    await asyncio.gather(*(tab.until_open(gone) for tab in tabs))
    await asyncio.gather(*(tab.end_of(turn) for tab in tabs))
    return [max(0.0, tab.opened_at - served) for tab in tabs]


async def test_the_promise_is_kept(fault: Fault, setup: str, clusters: Callable[[str], Cluster]) -> None:
    await run_short(fault, clusters(setup))


def test_a_page_and_the_following_events_make_the_whole_answer_wherever_it_is_cut() -> None:
    random = Random(SEED)  # noqa: S311
    for _ in range(10_000):
        chunks = [f"{number} " * random.randint(1, 3) for number in range(random.randint(1, 9))]
        loaded = random.randint(0, len(chunks))
        cursor, text = Cursor(_TURN, loaded), "".join(chunks[:loaded])
        while cursor.seq < len(chunks):
            stored = random.randint(cursor.seq, len(chunks))
            for event in cursor.advance(View("streaming", "answering", chunks=chunks[cursor.seq : stored])):
                text += event.content if isinstance(event, Token) else ""
        ending = list(cursor.advance(View("complete", seq=len(chunks), chunks=[])))

        assert text == "".join(chunks)
        assert [type(event).__name__ for event in ending] == ["Citations", "Done"]
