"""The faults by number, and their execution: in short form by pytest, in long form by bin/faults."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import pytest

from tests.support.processes import Missing

from .cluster import SETUPS, Cluster
from .counts import count
from .scene import Scene

Play = Callable[[Scene], Awaitable[list[float]]]


@dataclass(frozen=True)
class Fault:
    """``play`` breaks something in a scene and returns measured ``figure``s, none of which may exceed ``at_most``.

    The promise is about this ``share`` of the figures: 1.0 for all, 0.95 for the 95th percentile. A ``calm`` fault does
    not disturb the processes, so several may run at once; a ``long`` fault runs only in the long form.
    """

    number: str
    name: str
    figure: str
    at_most: Mapping[str, float]
    play: Play
    share: float = 1.0
    calm: bool = False
    long: bool = False
    setups: tuple[str, ...] = SETUPS
    absent: str = ""  # why it does not run on the other set-up


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run. ``problem`` is empty if every promise was kept."""

    number: str
    setup: str
    seed: int
    seconds: float
    figures: list[float] = field(default_factory=list)
    shown: int = 0
    lost: int = 0
    asked: int = 0
    doubled: int = 0
    stuck: int = 0
    calls: int = 0
    submits: int = 0
    cut_points: int = 0
    scripts: int = 0
    kills: int = 0
    problem: str = ""


FAULTS: list[Fault] = []
FAULT_MARKS = [pytest.mark.faults, pytest.mark.process, pytest.mark.repeats]
SEED = 20260210
SLACK = 4.0


def fault(
    number: str,
    name: str,
    *,
    figure: str,
    at_most: float | Mapping[str, float],
    share: float = 1.0,
    calm: bool = False,
    long: bool = False,
    setups: tuple[str, ...] = SETUPS,
    absent: str = "",
) -> Callable[[Play], Fault]:
    """Make a function a fault; ``at_most`` is one limit for all set-ups, or one for each."""
    limits = at_most if isinstance(at_most, Mapping) else dict.fromkeys(setups, at_most)

    def make(play: Play) -> Fault:
        new = Fault(number, name, figure, limits, play, share, calm, long, setups, absent)
        FAULTS.append(new)
        return new

    return make


def percentile(ordered: list[float], share: float) -> float:
    """Return the figure that this share of all figures does not exceed; 0 if there are none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def excess(each: Fault, setup: str, figures: list[float], *, slack: float = 1.0) -> str:
    """Describe figures above the limit; empty if there are none. ``slack`` multiplies limits in seconds.

    Without slack a promise about a percentile is about all runs together: then only the report judges it.
    """
    worst = percentile(sorted(figures), each.share)
    limit = each.at_most[setup] * (slack if each.figure.endswith(", s") else 1.0)  # seconds, not counts
    is_judged = each.share == 1.0 or slack > 1.0
    return f"{each.figure}: {worst:.3f} is more than {each.at_most[setup]}" if is_judged and worst > limit else ""


async def run_short(each: Fault, cluster: Cluster) -> None:
    """Run a fault once, in the short form; skip it if a program is not installed.

    All invariants must hold. The figure may be ``SLACK`` times the limit, because the suite shares its cores with other
    tests; only ``bin/faults`` judges by the limit itself.
    """
    try:
        outcome = await run(each, cluster, SEED, slack=SLACK)
    except Missing as missing:
        pytest.skip(str(missing))
    assert not outcome.problem, outcome.problem


async def run(each: Fault, cluster: Cluster, seed: int, *, is_long: bool = False, slack: float = 1.0) -> Outcome:
    """Run a fault once, in the long form with larger numbers, and return the outcome with any problem.

    Raise ``Missing`` if a program is not installed.
    """
    begun = time.monotonic()
    scene = Scene(cluster, seed, name=f"fault-{each.number}", is_long=is_long)
    figures: list[float] = []
    problem = ""
    try:
        async with scene:
            figures = await each.play(scene)
    except AssertionError as broken:
        problem = str(broken) or repr(broken)
    over_limit = excess(each, cluster.setup, figures, slack=slack)
    if over_limit and not problem:
        problem = scene.report([over_limit])
    return Outcome(
        number=each.number,
        setup=cluster.setup,
        seed=seed,
        seconds=time.monotonic() - begun,
        figures=figures,
        problem=problem,
        submits=scene.submits,
        cut_points=scene.cut_points,
        scripts=scene.scripts,
        kills=scene.nemesis.kills,
        **count(scene.history),
    )
