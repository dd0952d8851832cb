"""The order of the faults: those with the fewest runs first, and several at once if they disturb nobody."""

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
"""The modules of the faults; each adds its own to ``FAULTS``."""
FULL_EVERY = 5
"""One in so many runs of a fault is full-sized: 500 tabs instead of 60, for instance."""
ALWAYS_FULL = {"6", "16", "17"}
"""Faults whose runs are all full-sized: 20 restarts under 50 users, 2,000 scripts and 10,000 submits need that."""


async def campaign(options: argparse.Namespace) -> None:
    """Run until every fault has had enough runs, or the time is up; both set-ups at the same time."""
    end = time.monotonic() + options.minutes * 60
    options.results.parent.mkdir(exist_ok=True)
    await asyncio.gather(*(_on(setup, options, end) for setup in options.setup.split(",")))


async def _on(setup: str, options: argparse.Namespace, end: float) -> None:
    only = set(filter(None, options.only.split(",")))
    faults = [fault for module in MODULES for fault in vars(module).values() if isinstance(fault, Fault)]
    absent = {fault.number for fault in vars(test_model).values() if isinstance(fault, Fault) and test_model.MISSING}
    possible = [fault for fault in faults if setup in fault.setups and fault.number not in absent]
    faults = [fault for fault in possible if (fault.number in only if only else not fault.long)]
    runs: Counter[str] = Counter()
    seeds = random.Random(options.seed)  # noqa: S311
    with cluster(setup) as sites:
        while time.monotonic() < end:
            batch = _next(faults, runs, options)
            if not batch:
                return
            starts = (
                _once(fault, sites, runs, seeds.randrange(10**9), options, after=place * options.apart)
                for place, fault in enumerate(batch)
            )
            await asyncio.gather(*starts)


def _next(faults: list[Fault], runs: Counter[str], options: argparse.Namespace) -> list[Fault]:
    """Return the fault with the fewest runs; if it is calm, with other calm ones or the same again."""
    left = [(run, fault) for fault in faults for run in range(runs[fault.number], options.runs)]
    waiting = [fault for _, fault in sorted(left, key=lambda one: one[0])]
    if not waiting or not waiting[0].calm:
        return waiting[:1]
    return [fault for fault in waiting if fault.calm][: options.at_once]


async def _once(
    fault: Fault, sites: Cluster, runs: Counter[str], seed: int, options: argparse.Namespace, *, after: float
) -> None:
    runs[fault.number] += 1
    await asyncio.sleep(after)
    is_long = fault.number in ALWAYS_FULL or runs[fault.number] % FULL_EVERY == 0
    try:
        _append(await run(fault, sites, seed, is_long=is_long), options.results)
    except Missing as missing:
        print(f"{fault.number:>3} {sites.setup:<7} cannot run: {missing}")
        runs[fault.number] = options.runs


def _append(outcome: Outcome, results: Path) -> None:
    with results.open("a") as file:
        file.write(json.dumps(asdict(outcome)) + "\n")
    figures = " ".join(f"{figure:.2f}" for figure in outcome.figures[:6])
    print(f"{outcome.number:>3} {outcome.setup:<7} {outcome.seconds:5.1f} s  {figures}  {outcome.problem}", flush=True)
