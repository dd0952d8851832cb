"""Stop at any moment, from any tab, repeatedly: there is one end, and the text ends where its reader was."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from .client import Tab
from .cluster import Cluster
from .fault import FAULT_MARKS, Fault, fault, run_short
from .history import Call, History
from .scene import Scene

pytestmark = FAULT_MARKS


@fault("20", "Stop at any moment", figure="until the turn has ended, s", at_most=0.5, calm=True)
async def stop_at_any_moment(scene: Scene) -> list[float]:
    """Stop before the first token, in the middle, at the end, twice, from another tab, while queued, and afterwards."""
    person = (await scene.people())[0]
    asking, other = await scene.tab(person), await scene.tab(person)
    figures = []
    for moment in scene.rng.sample(["at once", "middle", "last", "twice", "queued", "after"], 6):
        turn = await asking.ask(scene.question(asking, words=12, pace=20))
        await other.follow(turn)
        stopper = scene.rng.choice([asking, other])
        await stopper.until_shown(turn)
        if moment == "queued":
            figures.append(await _cancel_the_next(scene, asking))
        elif moment == "after":
            await asking.end_of(turn)
        elif moment == "last":
            await stopper.until_seq(turn, 11)
        elif moment in ("middle", "twice"):
            await stopper.until_seq(turn, scene.rng.randint(1, 8))
        begun = time.monotonic()
        await stopper.stop(turn)
        if moment == "twice":
            await asking.stop(turn)
        await asyncio.gather(asking.end_of(turn), other.end_of(turn))
        figures.append(time.monotonic() - begun)
        if moment == "after":
            assert asking.turns[turn].state == "complete"
    history = scene.collect()
    late = [call for call in history.calls if call.how == "cancelled" and _until_cancelled(history, call) > 1]
    assert not late, f"the model continued for more than 1 s after Stop: {late}"
    return figures


def _until_cancelled(history: History, call: Call) -> float:
    turn = next(turn.uuid for turn in history.turns if turn.question == call.question)
    stops = [r.at for r in history.records if r.what == "sent" and r.data["type"] == "stop" and r.data["turn"] == turn]
    return (call.ended or float("inf")) - min(stops)


async def _cancel_the_next(scene: Scene, tab: Tab) -> float:
    """Cancel a waiting question; return the seconds until it has ended."""
    waiting = await tab.ask(scene.question(tab, words=3))
    begun = time.monotonic()
    await tab.stop(waiting)
    end = await tab.end_of(waiting)
    assert end.get("state") in ("cancelled", "stopped"), end
    return time.monotonic() - begun


async def test_the_promise_is_kept(fault: Fault, setup: str, clusters: Callable[[str], Cluster]) -> None:
    await run_short(fault, clusters(setup))
