"""Where the microseconds of a token go while many answers stream, by threads and by layers of the event loop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from .measuring import ROOT, client_core, pinned_to
from .readers import Task
from .sampler.sitecustomize import LAYERS
from .targets import Target, set_plan

BEGIN_SECONDS = 2.5
"""When all questions have been asked and answered their first tokens."""
SECONDS = 6.0
END_SECONDS = 1.5
_SAMPLER = Path(__file__).parent / "sampler"


@contextmanager
def samplers() -> Iterator[Path]:
    """Let the servers that are started in the block have a sampler; yield where it writes."""
    before = os.environ.get("PYTHONPATH")
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as folder:
        path = Path(folder) / "samples"
        os.environ["BENCH_SAMPLES"] = str(path)
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_SAMPLER), before)))
        try:
            yield path
        finally:
            os.environ["PYTHONPATH"] = before or ""
            del os.environ["BENCH_SAMPLES"]


def layers_of(target: Target, url: str, users: int, rate: float, samples: Path) -> dict[str, float]:
    """Return the microseconds of a token by layer and thread, with all users reading, questions and ends left out."""
    pid = target.processes[0]
    tokens = int((BEGIN_SECONDS + SECONDS + END_SECONDS) * rate)
    set_plan(url, tokens, rate)
    task = Task(target.sites[0], list(target.cookies[:users]), tokens, 1, spread=1.0)
    command = [sys.executable, "-B", "-m", "bin._bench.readers"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as readers:
        assert readers.stdin  # noqa: S101  # for mypy
        assert readers.stdout  # noqa: S101
        with pinned_to(client_core(), readers.pid):
            print(json.dumps(asdict(task)), file=readers.stdin, flush=True)
            readers.stdout.readline()
            print("go", file=readers.stdin, flush=True)
            time.sleep(BEGIN_SECONDS)
            before, began = _threads(pid), time.monotonic()
            os.kill(pid, signal.SIGUSR2)
            time.sleep(SECONDS)
            os.kill(pid, signal.SIGUSR2)
            count = users * rate * (time.monotonic() - began)
            after = _threads(pid)
            result = json.loads(readers.stdout.readline())
    spent = {name: (seconds - before.get(name, 0.0)) / count * 1e6 for name, seconds in after.items()}
    counts = json.loads(Path(f"{samples}.{pid}").read_text())
    loop, total = spent.pop("loop"), sum(counts.values()) or 1
    layers = {layer: loop * counts.get(layer, 0) / total for layer in LAYERS}
    return {
        "all": loop + sum(spent.values()),
        **layers,
        **spent,
        "tokens in a frame": users * tokens / result["frames"],
    }


def _threads(pid: int) -> dict[str, float]:
    """Return the seconds of processor time of the event loop's thread and of all others, which store the text."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for thread in Path(f"/proc/{pid}/task").iterdir():
        kind = "loop" if int(thread.name) == pid else "other threads: SQL"
        seconds[kind] += int(thread.joinpath("schedstat").read_text().split()[0]) / 1e9
    return seconds
