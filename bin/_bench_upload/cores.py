"""A core for the site, the others for its readers and senders, and the time that a site takes of its core."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psutil


def shares() -> tuple[set[int], set[int]]:
    """Return the cores of the site and those of everything else; the same where there is only one."""
    cores = os.sched_getaffinity(0)
    return {min(cores)}, cores - {min(cores)} or cores


def pin(pid: int, cores: set[int]) -> None:
    """Keep a process, and what it starts, on these cores."""
    for process in _tree(pid):
        for thread in process.threads():
            os.sched_setaffinity(thread.id, cores)


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process and of those that it has started."""
    return sum(sum(process.cpu_times()[:2]) for process in _tree(pid))


def _tree(pid: int) -> Iterator[psutil.Process]:
    yield (process := psutil.Process(pid))
    yield from process.children(recursive=True)
