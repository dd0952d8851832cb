"""Processes are killed, paused and replaced, and nothing that was asked or shown is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from . import failpoints
from .client import Tab
from .cluster import SQLITE, Cluster
from .fault import FAULT_MARKS, Fault, fault, run_short
from .paced import CITED_EVERY
from .scene import Scene

pytestmark = FAULT_MARKS

DETECTED = 12.0  # seconds after which a dead owner's turn is closed by another process
RESTARTED = 2.0  # the same after its own restart, if there is no other process
NEXT = 15.0  # seconds until the next question of the queue has begun


@fault(
    "4",
    "kill -9 of the worker mid-stream",
    figure="until interrupted, s",
    at_most={"sqlite": RESTARTED, "scaled": DETECTED},
)
async def kill_the_owner(scene: Scene) -> list[float]:
    """The text shown is kept with the sources of its markers, the turn is closed, the queue continues, Retry works."""
    tabs = [await scene.tab() for _ in range(3)]
    questions = [scene.question(tab, words=90, pace=15) for tab in tabs]
    turns = await asyncio.gather(*(tab.ask(question) for tab, question in zip(tabs, questions, strict=True)))
    waiting_question = scene.question(tabs[0], words=5)
    waiting = await tabs[0].ask(waiting_question)
    await asyncio.gather(*(tab.until_seq(turn, CITED_EVERY + 1) for tab, turn in zip(tabs, turns, strict=True)))
    await asyncio.sleep(scene.rng.random() * 2)
    victim = scene.cluster.driver_of(questions[0])
    since = await scene.nemesis.kill(victim)
    if scene.cluster.setup == SQLITE:
        since = await scene.nemesis.start(victim)
    else:
        await scene.nemesis.kill(scene.cluster.other_than(victim))  # one process of three is left
    closed = await scene.until_state(turns[0], {"interrupted"}, 30) - since
    begun = await scene.until_state(waiting, {"streaming", "complete"}, 30) - since
    assert begun <= NEXT, f"the next question began {begun:.1f} s after the kill"
    [broken] = [turn for turn in scene.turns() if turn.uuid == turns[0]]
    assert broken.numbers, f"the interrupted answer has no sources: {broken.answer!r}"
    await scene.nemesis.mend()
    again = await tabs[0].ask(questions[0], retry_of=turns[0], conversation=scene.conversation_of(turns[0]))
    await tabs[0].stop(again)
    await asyncio.gather(*(tab.end_of(turn) for tab, turn in zip(tabs, turns, strict=True)))
    return [closed]


@fault("5", "owner paused past its lease", figure="until the model is stopped after resuming, s", at_most=1.0)
async def pause_the_owner(scene: Scene) -> list[float]:
    """Others close its turn and continue; after resuming it writes nothing. If alone, it continues or ends the turn."""
    tab = await scene.tab()
    question = scene.question(tab, words=400, pace=15)
    turn = await tab.ask(question)
    waiting = await tab.ask(scene.question(tab, words=5))
    await tab.until_seq(turn, 3)
    owner = scene.cluster.driver_of(question)
    scene.nemesis.pause(owner)
    await asyncio.sleep(DETECTED + 0.5 * scene.rng.random())
    if scene.cluster.setup == SQLITE:
        return [await _go_on_alone(scene, tab, turn)]
    assert scene.state_of(turn) == "interrupted", scene.state_of(turn)
    await tab.end_of(waiting, 10)
    stored = [(row.state, row.seq, row.answer) for row in scene.turns()]
    resumed = scene.nemesis.wake(owner)
    await asyncio.sleep(2)
    assert [(row.state, row.seq, row.answer) for row in scene.turns()] == stored, (
        "the paused owner has written after its lease"
    )
    [call] = [call for call in scene.collect().calls if call.question == question]
    return [(call.ended or float("inf")) - resumed]


async def _go_on_alone(scene: Scene, tab: Tab, turn: str) -> float:
    seen = len(scene.history.records)
    resumed = scene.nemesis.wake(scene.cluster.sites[0])
    scene.history.gone.clear()
    await tab.until_progress(seen)
    took = time.monotonic() - resumed
    await tab.until_open()
    await tab.stop(turn)
    return took


@fault("6", "rolling restart (SIGTERM)", figure="without a connection, s", at_most=5.0, share=0.95)
async def rolling_restart(scene: Scene) -> list[float]:
    """No question is lost, every socket is closed with 1012, and each process exits cleanly."""
    tabs = [await scene.tab() for _ in range(50 if scene.is_long else 8)]
    enough = asyncio.Event()
    users = [asyncio.create_task(_use(scene, tab, enough)) for tab in tabs]
    await asyncio.sleep(1)
    logged = len(scene.cluster.output())
    served = time.monotonic()
    for site in scene.cluster.sites:
        status, took = await scene.nemesis.terminate(site)
        served = await scene.nemesis.start(site)
        assert (status, took <= 30) == (0, True), f"exit status {status} after {took:.1f} s"
    await asyncio.gather(*(tab.until_open() for tab in tabs))
    enough.set()
    await asyncio.gather(*users)
    codes = {code for tab in tabs for code in tab.closes}
    assert codes <= {1012}, f"sockets were closed with {codes}"
    assert "Traceback" not in scene.cluster.output()[logged:], "a traceback in the log"
    alone = scene.cluster.setup == SQLITE
    return [gap for tab in tabs for gap in scene.gaps(tab, not_before=served if alone else 0.0)]


async def _use(scene: Scene, tab: Tab, enough: asyncio.Event) -> None:
    """Ask and read, repeatedly, until ``enough`` is set."""
    talk = None
    while not enough.is_set():
        turn = await tab.ask(scene.question(tab, words=scene.rng.randint(5, 60), pace=15), talk)
        talk = scene.conversation_of(turn)
        await tab.end_of(turn)


@fault("26", "crash between the end of a turn and the next", figure="until the next has begun, s", at_most=5.0)
async def crash_before_the_next(scene: Scene) -> list[float]:
    """The owner dies when the end is stored, when the reader receives it, or when the next turn is claimed."""
    tab, place = await scene.tab(), scene.rng.choice([failpoints.ENDED, failpoints.CLAIMED, "told"])
    places = {failpoints.ENDED: (place, ""), failpoints.CLAIMED: ("", place), "told": ("", "")}[place]
    questions = [scene.question(tab, words=words, dies_when=at) for words, at in zip((8, 40), places, strict=True)]
    first, second = [await tab.ask(question) for question in questions]
    third = await tab.ask(scene.question(tab, words=5))
    if place == "told":
        await tab.end_of(first)
        await asyncio.sleep(scene.rng.random() * 0.05)
        victim = scene.cluster.driver_of(questions[0])
        since = await scene.nemesis.kill(victim)
    else:
        victim, since = await scene.nemesis.until_one_dies(30)
    if scene.cluster.setup == SQLITE:
        since = await scene.nemesis.start(victim)
    if place == failpoints.CLAIMED:
        since = await scene.until_state(second, {"interrupted"}, 30)
    following = third if place == failpoints.CLAIMED else second
    begun = await scene.until_state(following, {"streaming", "complete", "interrupted"}, 30)
    await scene.nemesis.mend()
    return [begun - since]


@fault("23", "clock an hour ahead, then back", figure="turns wrongly closed", at_most=0.0)
async def wrong_clock(scene: Scene) -> list[float]:
    """The clock of one process differs from the others, and jumps while answers stream: no lease expires early."""
    site = scene.cluster.sites[-1]
    with scene.nemesis.faketime(site) as clock:
        await scene.nemesis.terminate(site)
        clock.set(scene.rng.choice([3600, -3600]))
        await scene.nemesis.start(site)
        tabs = [await scene.tab(site=each) for each in scene.cluster.sites * 2]
        turns = [await tab.ask(scene.question(tab, words=60, pace=20)) for tab in tabs]
        await asyncio.sleep(1)
        clock.set(scene.rng.choice([0, 3600, -3600]))
        ends = await asyncio.gather(*(tab.end_of(turn) for tab, turn in zip(tabs, turns, strict=True)))
        await scene.nemesis.terminate(site)
    return [float(sum(end.get("state") != "complete" for end in ends))]


async def test_the_promise_is_kept(fault: Fault, setup: str, clusters: Callable[[str], Cluster]) -> None:
    await run_short(fault, clusters(setup))
