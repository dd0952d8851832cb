"""One measurement: readers, and the processor time and memory of the server while they read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from .readers import Result, Task

ROOT = Path(__file__).resolve().parent.parent.parent
ALL_CORES = os.sched_getaffinity(0)
"""As they were before this process kept away from that of the servers."""
SETTLE_SECONDS = 1.0
"""How long after the last end the server's processor time still counts."""


@dataclass(frozen=True)
class Measured:
    """What a run cost: seconds of processor time, megabytes at the peak, and what the readers received."""

    cpu: float
    others_cpu: float
    megabytes: float
    seconds: float
    answers: int
    tokens: int
    result: Result

    @property
    def per_token(self) -> float:
        """Microseconds of processor time for each token, the questions included."""
        return self.cpu / (self.answers * self.tokens) * 1e6

    @property
    def per_answer(self) -> float:
        """Milliseconds of processor time for each answer."""
        return self.cpu / self.answers * 1e3

    def delay(self, percent: int) -> float:
        """Return a percentile of the milliseconds from the model to the frame."""
        return percentile(self.result.delays, percent)

    def first(self, percent: int) -> float:
        """Return a percentile of the milliseconds from a question to its first token."""
        return percentile(self.result.first, percent)


def measure(servers: Sequence[int], task: Task, others: Sequence[int] = ()) -> Measured:
    """Let readers read from these server processes; ``others`` are a database and the like, counted apart."""
    readers = subprocess.Popen(
        [sys.executable, "-B", "-m", "bin._bench.readers"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert readers.stdin  # noqa: S101  # for mypy
    assert readers.stdout  # noqa: S101
    with readers, pinned_to(client_core(), readers.pid):
        print(json.dumps(asdict(task)), file=readers.stdin, flush=True)
        if readers.stdout.readline() != "ready\n":
            raise SystemExit("The readers could not connect.")
        forget_peaks(servers)
        began, cpu, others_cpu = time.monotonic(), cpu_seconds(servers), cpu_seconds(others)
        print("go", file=readers.stdin, flush=True)
        result = Result(**json.loads(readers.stdout.readline()))
        seconds = time.monotonic() - began
        time.sleep(SETTLE_SECONDS)
    return Measured(
        cpu=cpu_seconds(servers) - cpu,
        others_cpu=cpu_seconds(others) - others_cpu,
        megabytes=peak_megabytes(servers),
        seconds=seconds,
        answers=len(task.cookies) * task.answers,
        tokens=task.tokens,
        result=result,
    )


def percentile(ordered: Sequence[float], percent: int) -> float:
    """Return a percentile of ordered values."""
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else float("nan")


def cpu_seconds(processes: Sequence[int]) -> float:
    """Return the processor time of these processes and their descendants so far, by /proc."""
    return sum(sum(process.cpu_times()[:2]) for process in tree(processes))


def peak_megabytes(processes: Sequence[int]) -> float:
    """Return the peak of resident memory since ``forget_peaks``."""
    statuses = (Path(f"/proc/{process.pid}/status").read_text() for process in tree(processes))
    return (
        sum(int(line.split()[1]) for text in statuses for line in text.splitlines() if line.startswith("VmHWM")) / 1024
    )


def forget_peaks(processes: Sequence[int]) -> None:
    """Begin to measure the peak of memory anew."""
    for process in tree(processes):
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def tree(processes: Sequence[int]) -> Iterator[psutil.Process]:
    """Yield these processes and their descendants."""
    for pid in processes:
        yield (process := psutil.Process(pid))
        yield from process.children(recursive=True)


def server_core() -> set[int]:
    """Return the core of the servers; all of them where there is only one."""
    return {min(ALL_CORES)}


def client_core() -> set[int]:
    """Return the cores of everything else."""
    return ALL_CORES - server_core() or server_core()


@contextmanager
def pinned_to(cores: set[int], pid: int) -> Iterator[None]:
    """Keep a process and its descendants on these cores."""
    for process in tree([pid]):
        for thread in process.threads():
            os.sched_setaffinity(thread.id, cores)
    yield
