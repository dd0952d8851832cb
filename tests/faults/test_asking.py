"""Repeated questions, and questions from several tabs and devices at once: each is one turn, in one order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import uuid4

from .client import Tab
from .cluster import Cluster
from .fault import FAULT_MARKS, Fault, fault, run_short
from .outbox import Refused
from .scene import Scene

pytestmark = FAULT_MARKS


@fault("17", "double submit", figure="turns per request", at_most=1.0, calm=True)
async def the_same_request_many_times(scene: Scene) -> list[float]:
    """Send a request 50 times at once to several processes, with the first reply lost, and again after the answer."""
    person = (await scene.people())[0]
    tabs = [await scene.tab(person) for _ in range(5)]
    requests = 10 if scene.is_long else 2
    for _ in range(requests):
        question, request = scene.question(tabs[0], words=3, pace=50), str(uuid4())
        made = await asyncio.gather(*(_ask_ten_times(tab, question, request) for tab in tabs))
        turns = {turn for each in made for turn in each}
        assert len(turns) == 1, f"one request made the turns {turns}"
        turn = turns.pop()
        await tabs[0].end_of(turn)
        assert await tabs[1].ask(question, request_id=request) == turn
        conflict = await _refusal(await scene.tab(person), question + " And why?", request)
        assert conflict == "CONFLICT", conflict
        scene.submits += 52
    return [len(scene.turns()) / requests]


async def _ask_ten_times(tab: Tab, question: str, request: str) -> set[str]:
    """Send ten frames with the same request at once, the last like a tab that has received no reply."""
    command: dict[str, object] = {
        "type": "ask",
        "request_id": request,
        "conversation": None,
        "question": question,
        "recordings": [],
    }
    for _ in range(9):
        await tab.send(**command)
    return {await tab.ask(question, request_id=request)}


async def _refusal(tab: Tab, question: str, request: str) -> str:
    try:
        await tab.ask(question, request_id=request)
    except Refused as refused:
        return str(refused)
    return "none"


@fault("18", "several tabs, one session", figure="spread of the end across tabs, s", at_most=0.5, calm=True)
async def tabs_of_one_session(scene: Scene) -> list[float]:
    """The tabs ask at once in one conversation, each about one recording: all tabs show all answers, in order."""
    person = (await scene.people())[0]
    tabs = [await scene.tab(person) for _ in range(scene.rng.randint(2, 5))]
    first = await tabs[0].ask(scene.question(tabs[0], words=20, pace=20))
    talk = scene.conversation_of(first)
    for tab in tabs[1:]:
        await tab.reload(talk)
        await tab.until_open()
    await asyncio.sleep(0.2)
    about = scene.cluster.recordings("Heron")
    questions = [(tab, scene.question(tab, words=6, pace=20), [scene.rng.choice(about)]) for tab in tabs]
    later = await asyncio.gather(*(tab.ask(asked, talk, recordings=only) for tab, asked, only in questions))
    for turn in (first, *later):
        await asyncio.gather(*(tab.end_of(turn) for tab in tabs))
    return [scene.spread_of_end(turn) for turn in later]


@fault("19", "two devices, one conversation", figure="spread of the end across devices, s", at_most=0.5, calm=True)
async def two_devices(scene: Scene) -> list[float]:
    """Two login sessions ask in one conversation: one answer at a time, in the same order on both."""
    on_first, on_second = await scene.people()
    first_tab, second_tab = await scene.tab(on_first), await scene.tab(on_second)
    first = await first_tab.ask(scene.question(first_tab, words=5, pace=20))
    talk = scene.conversation_of(first)
    await first_tab.end_of(first)
    await second_tab.reload(talk)
    await second_tab.until_open()
    await asyncio.sleep(0.2)
    turns: list[str] = []
    for _ in range(2):
        turns += await asyncio.gather(
            *(tab.ask(scene.question(tab, words=3, pace=20), talk) for tab in (first_tab, second_tab))
        )
    for turn in turns:
        await asyncio.gather(first_tab.end_of(turn), second_tab.end_of(turn))
    orders = [scene.order_of_ends(tab, turns) for tab in (first_tab, second_tab)]
    assert orders[0] == orders[1], orders
    return [scene.spread_of_end(turn) for turn in turns]


async def test_the_promise_is_kept(fault: Fault, setup: str, clusters: Callable[[str], Cluster]) -> None:
    await run_short(fault, clusters(setup))
