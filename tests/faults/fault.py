"""The faults by their numbers, and how one is run: in the short form by pytest, in the long form by bin/faults."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import pytest

from tests.support.processes import Missing

from . import checker
from .cluster import SETUPS, Cluster
from .scene import Scene

Play = Callable[[Scene], Awaitable[list[float]]]


@dataclass(frozen=True)
class Fault:
    """``play`` breaks something in a scene and returns measured ``figure``s, none of which may exceed ``at_most``.

    ``most`` is the share of the figures that the promise is about: 1.0 for all, 0.95 where it is a 95th percentile.
    A ``calm`` one leaves the processes alone, so several may run at once; a ``long`` one is in the long form alone.
    """

    number: str
    name: str
    figure: str
    at_most: Mapping[str, float]
    play: Play
    most: float = 1.0
    calm: bool = False
    long: bool = False
    setups: tuple[str, ...] = SETUPS
    absent: str = ""  # why it is not run on the other set-up


@dataclass(frozen=True)
class Outcome:
    """One run. ``problem`` is empty when every promise was kept."""

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
    most: float = 1.0,
    calm: bool = False,
    long: bool = False,
    setups: tuple[str, ...] = SETUPS,
    absent: str = "",
) -> Callable[[Play], Fault]:
    """Makes a fault of a function that plays it; in ``at_most`` one limit for all set-ups, or one for each."""
    limits = at_most if isinstance(at_most, Mapping) else dict.fromkeys(setups, at_most)

    def make(play: Play) -> Fault:
        made = Fault(number, name, figure, limits, play, most, calm, long, setups, absent)
        FAULTS.append(made)
        return made

    return make


def percentile(ordered: list[float], share: float) -> float:
    """The figure that this share of all does not exceed; 0 of none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def excess(each: Fault, setup: str, figures: list[float], *, slack: float = 1.0) -> str:
    """What is told of figures that are more than was promised, where seconds may be ``slack`` times as many.

    Without slack the promise about a share of the figures is one about all runs together, which the report judges.
    """
    worst = percentile(sorted(figures), each.most)
    limit = each.at_most[setup] * (slack if each.figure.endswith(", s") else 1.0)  # seconds, not counts
    is_judged = each.most == 1.0 or slack > 1.0
    return f"{each.figure}: {worst:.3f} is more than {each.at_most[setup]}" if is_judged and worst > limit else ""


async def keep(each: Fault, cluster: Cluster) -> None:
    """The short form: one run, skipped where a program is not installed.

    What was shown, stored and called must be right. The figure may be ``SLACK`` times what is promised, because the
    suite shares its cores with whatever else is tested; ``bin/faults`` judges by the promise.
    """
    try:
        outcome = await run(each, cluster, SEED, slack=SLACK)
    except Missing as missing:
        pytest.skip(str(missing))
    assert not outcome.problem, outcome.problem


async def run(each: Fault, cluster: Cluster, seed: int, *, is_long: bool = False, slack: float = 1.0) -> Outcome:
    """Run a fault once, in the long form with more of everything. Whatever goes wrong is told in the outcome.

    Raises ``Missing`` where a program is not installed.
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
    told = excess(each, cluster.setup, figures, slack=slack)
    if told and not problem:
        problem = scene.report([told])
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
        **checker.count(scene.story),
    )
