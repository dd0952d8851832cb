"""Which fault is run when: all in turn, the least run first, those that disturb nobody several at once."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from tests.faults import (
    test_asking,
    test_leaving,
    test_model,
    test_processes,
    test_readers,
    test_servers,
    test_soak,
    test_stopping,
)
from tests.faults.cluster import Cluster, cluster
from tests.faults.fault import Fault, Outcome, run
from tests.support.processes import Missing

MODULES = (
    test_readers, test_processes, test_servers, test_model, test_asking, test_stopping, test_leaving, test_soak,
)  # fmt: skip
"""Where the faults are; each of these adds its own to ``FAULTS``."""
FULL_EVERY = 5
"""Every so many runs of a fault are full-sized: 500 tabs instead of 60, for instance."""
ALWAYS_FULL = {"6", "16", "17"}
"""What is promised of 20 restarts under 50 users, 2,000 scripts and 10,000 submits takes no less."""


async def campaign(options: argparse.Namespace) -> None:
    """Run until every fault has had enough runs, or the time is over; both set-ups at the same time."""
    end = time.monotonic() + options.minutes * 60
    options.results.parent.mkdir(exist_ok=True)
    await asyncio.gather(*(_on(setup, options, end) for setup in options.setup.split(",")))


async def _on(setup: str, options: argparse.Namespace, end: float) -> None:
    only = set(filter(None, options.only.split(",")))
    faults = [each for module in MODULES for each in vars(module).values() if isinstance(each, Fault)]
    absent = {each.number for each in vars(test_model).values() if isinstance(each, Fault) and test_model.MISSING}
    possible = [each for each in faults if setup in each.setups and each.number not in absent]
    faults = [each for each in possible if (each.number in only if only else not each.long)]
    runs: Counter[str] = Counter()
    seeds = random.Random(options.seed)  # noqa: S311
    with cluster(setup) as sites:
        while time.monotonic() < end:
            batch = _next(faults, runs, options)
            if not batch:
                return
            starts = (
                _once(each, sites, runs, seeds.randrange(10**9), options, after=place * options.apart)
                for place, each in enumerate(batch)
            )
            await asyncio.gather(*starts)


def _next(faults: list[Fault], runs: Counter[str], options: argparse.Namespace) -> list[Fault]:
    """The fault with the fewest runs; with it others, and the same again, if none of them disturbs the sites."""
    left = [(run, each) for each in faults for run in range(runs[each.number], options.runs)]
    waiting = [each for _, each in sorted(left, key=lambda one: one[0])]
    if not waiting or not waiting[0].calm:
        return waiting[:1]
    return [each for each in waiting if each.calm][: options.at_once]


async def _once(
    each: Fault, sites: Cluster, runs: Counter[str], seed: int, options: argparse.Namespace, *, after: float
) -> None:
    runs[each.number] += 1
    await asyncio.sleep(after)
    is_long = each.number in ALWAYS_FULL or runs[each.number] % FULL_EVERY == 0
    try:
        _keep(await run(each, sites, seed, is_long=is_long), options.results)
    except Missing as missing:
        print(f"{each.number:>3} {sites.setup:<7} cannot be run: {missing}")
        runs[each.number] = options.runs


def _keep(outcome: Outcome, results: Path) -> None:
    with results.open("a") as file:
        file.write(json.dumps(asdict(outcome)) + "\n")
    figures = " ".join(f"{figure:.2f}" for figure in outcome.figures[:6])
    print(f"{outcome.number:>3} {outcome.setup:<7} {outcome.seconds:5.1f} s  {figures}  {outcome.problem}", flush=True)
