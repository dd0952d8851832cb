"""The model is silent, stalls, refuses, breaks off or sends malformed output: the turn never counts as complete."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from importlib.util import find_spec
from random import Random
from typing import Any

import pytest

from ..support.upstream import Upstream
from ..support.upstream_script import GARBAGE, PROVIDER_TEXT, Call
from . import questions
from .client import Tab
from .cluster import SILENCE_SECONDS, Cluster
from .fault import FAULT_MARKS, Fault, fault, run_short
from .scene import Scene

MISSING = find_spec("langchain_openai") is None
pytestmark = [
    *FAULT_MARKS,
    pytest.mark.skipif(MISSING, reason="the extra openai is not installed; bin/test installs it"),
]
GOOD = "tokens 3 50; finish; usage; done"


async def _answered(scene: Scene, tab: Tab, script: str, *, begun: bool = False) -> tuple[str, dict[str, Any]]:
    """Ask the upstream with a script; return the turn's state and its end."""
    turn = await tab.ask(scene.upstream_question(script, begun=begun))
    end = await tab.end_of(turn)
    return tab.turns[turn].state, end


def _calls(upstream: Upstream, script: str) -> list[Call]:
    return [call for call in upstream.calls if script.split("||")[0].strip() in str(call.body)]


@fault("12", "model never answers", figure="deviation from the time-out, s", at_most=2.0, calm=True)
async def silent(scene: Scene) -> list[float]:
    """The turn ends with TIMEOUT, and the connection to the model is closed within a second."""
    upstream, tab = await scene.upstream(), await scene.tab()
    number = scene.rng.randrange(10**6)
    begun = time.monotonic()
    state, end = await _answered(scene, tab, f"{scene.rng.choice(['stall', 'head; stall'])}; say {number}")
    took = time.monotonic() - begun
    assert (state, end["code"]) == ("failed", "TIMEOUT"), end
    [call] = _calls(upstream, f"say {number}")
    await asyncio.wait_for(call.over.wait(), 1)
    await _answered(scene, tab, GOOD)
    return [abs(took - SILENCE_SECONDS)]


@fault("13", "model stalls mid-stream", figure="deviation from the time-out, s", at_most=2.0, calm=True)
async def stalled(scene: Scene) -> list[float]:
    """Keep-alive comments do not count as progress; the text so far is kept."""
    await scene.upstream()
    tab = await scene.tab()
    words = scene.rng.randint(1, 8)
    turn = await tab.ask(scene.upstream_question(f"tokens {words} 20; {scene.rng.choice(['stall', 'comments 5'])}"))
    await tab.end_of(turn)
    last = max(e.at for e in scene.history.records if e.tab == tab.name and e.data.get("type") == "token")
    took = time.monotonic() - last
    assert (tab.turns[turn].end or {}).get("code") == "TIMEOUT", tab.turns[turn].end
    assert tab.turns[turn].text.removeprefix("Loading. ").split() == [f"word{n}" for n in range(1, words + 1)]
    return [abs(took - SILENCE_SECONDS)]


@fault("14", "model busy before the first token", figure="model calls per turn", at_most=3.0, calm=True)
async def busy(scene: Scene) -> list[float]:
    """At most two retries, at the time that the model asks for; the turn fails at once if that is too long."""
    upstream, tab = await scene.upstream(), await scene.tab()
    figures = []
    for status in scene.rng.sample(["status 429 1", "status 503", "status 500", "status 529 soon", "status 429 -1"], 2):
        state, _, calls = await _asked_while_busy(scene, upstream, tab, status, f"|| {GOOD}")
        assert state == "complete", (status, state)
        figures.append(float(calls))
    state, end, calls = await _asked_while_busy(scene, upstream, tab, "status 429 3600")
    assert (state, end["took"] < 2, calls) == ("failed", True, 1), (state, end)
    assert PROVIDER_TEXT not in str(end)
    await _answered(scene, tab, GOOD)
    return figures


async def _asked_while_busy(
    scene: Scene, upstream: Upstream, tab: Tab, status: str, then: str = ""
) -> tuple[str, dict[str, Any], int]:
    """Ask, and return the turn's state, its end with the seconds that it took, and the number of model calls.

    Ask again if the model's client had to be loaded: the text sent meanwhile counts as the first word.
    """
    while True:
        mark = f"pause 0.0{scene.rng.randrange(10**6)}"
        begun = time.monotonic()
        script = f"{mark}; {status} {then.replace('|| ', f'|| {mark}; ')}"
        turn = await tab.ask(scene.upstream_question(script))
        end = {**await tab.end_of(turn), "took": time.monotonic() - begun}
        if not tab.turns[turn].text.startswith("Loading."):
            return tab.turns[turn].state, end, len(_calls(upstream, mark))


@fault("15", "model breaks off mid-stream", figure="answers wrongly marked complete", at_most=0.0, calm=True)
async def broken_off(scene: Scene) -> list[float]:
    """Break off at every chunk and at random bytes, closed or reset, with and without a finish reason."""
    await scene.upstream()
    scripts = [f"tokens {chunk}; {how}" for chunk in range(6) for how in ("cut", "reset", "done")]
    scripts += [f"unframed; tokens {chunk}; cut" for chunk in range(6)]
    scripts += [f"cut_after {scene.rng.randrange(700)} {how}; tokens 8; {GOOD}" for how in ("cut", "reset") * 6]
    tabs = [await scene.tab() for _ in range(6)]
    ends = await asyncio.gather(*(_all(scene, tab, scripts[number::6]) for number, tab in enumerate(tabs)))
    states = [state for each in ends for state in each]
    scene.cut_points += len(states)
    return [float(states.count("complete"))]


async def _all(scene: Scene, tab: Tab, scripts: list[str]) -> list[str]:
    states = []
    for script in scripts:
        state, end = await _answered(scene, tab, script, begun=True)
        assert PROVIDER_TEXT not in str(end), end
        states.append(state)
        good_state, _ = await _answered(scene, tab, GOOD, begun=True)
        assert good_state == "complete", good_state
    return states


@fault("16", "model sends malformed output", figure="frames with the provider's text", at_most=0.0, calm=True)
async def nonsense(scene: Scene) -> list[float]:
    """Send bad JSON, wrong shapes, error objects, repeated and swapped chunks, one of 300,000 characters; then random
    combinations of these."""
    await scene.upstream()
    kinds = [f"tokens 2; garbage {kind}; tokens 2" for kind in GARBAGE]
    kinds += ["tokens 2; error", "error 500", f"tokens 2; repeat; {GOOD}", f"tokens 1; swap; {GOOD}", "big 300000"]
    random_scripts = [_nonsense(scene.rng) for _ in range(60 if scene.is_long else 5)]
    scene.scripts += len(random_scripts)
    kinds += random_scripts
    tabs = [await scene.tab() for _ in range(4)]
    await asyncio.gather(*(_all(scene, tab, kinds[number::4]) for number, tab in enumerate(tabs)))
    codes = {code for tab in tabs for code in tab.closes}
    assert not codes, f"sockets were closed with {codes}"
    return [float(sum(PROVIDER_TEXT in str(record.data) for record in scene.history.records if record.what == "event"))]


def _nonsense(rng: Random) -> str:
    """Return a script of random steps, in any order."""
    steps = ["tokens 1", "tokens 3", "say [1]", "finish", "finish length", "usage", "done", "error", "error 429"]
    steps += [f"garbage {kind}" for kind in GARBAGE]
    steps += ["repeat", "swap", "blocks", "cumulative", "crlf", "cut", "reset", "raw \\0", "raw data:\\n\\n"]
    return "; ".join(rng.choices(steps, k=rng.randint(1, 8)))


async def test_the_promise_is_kept(fault: Fault, setup: str, clusters: Callable[[str], Cluster]) -> None:
    await run_short(fault, clusters(setup))


def test_a_question_preserves_its_script_for_the_upstream() -> None:
    assert questions.upstream_script(questions.upstream_question(3, "tokens 2; cut")) == "tokens 2; cut"
