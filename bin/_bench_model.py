"""bin/bench-model: measure the latency that a site adds to its chat model, with each installed client library.

A private site calls an endpoint on loopback, one question after the other. Three times are measured, in milliseconds:
from the question to the call of the endpoint, from the first text of the endpoint to the first token on the socket, and
from Stop until the connection to the endpoint is closed. The endpoint and the reader share a process, and so a clock.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.support.clients import clients, environ
from tests.support.reader import Reader
from tests.support.site_process import SiteProcess
from tests.support.upstream import Upstream

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ".venv/bin/python", ".tools/venv-databricks/bin/python", ".tools/venv-databricks-legacy/bin/python"
COLUMNS = "client", "turns", "question → call", "p95", "first text → token", "p95", "Stop → closed", "max"
ANSWER = "pause 0.2; tokens 10 20; finish; usage; done"
ENDLESS = "tokens 5 20; stall"
QUESTION = "When does the Heron launch?"
WARM = 5
"""Questions before the timed ones."""


def main() -> int:
    """Measure every client that is installed in one of the environments, and print a row for each."""
    options = _options()
    if options.rows:
        for kind in clients():
            print("| " + " | ".join(asyncio.run(_measure(kind, options))) + " |", flush=True)
        return 0
    print(f"One stream at a time; SQLite; {os.cpu_count()} cores for all; medians in ms\n")
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    pythons = [python for python in map(ROOT.joinpath, PYTHONS) if python.exists()]
    arguments = ["-B", "-W", "ignore", "-m", "bin._bench_model", "--rows", *sys.argv[1:]]
    return max(subprocess.run([python, *arguments], cwd=ROOT, check=False).returncode for python in pythons)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench-model", description=__doc__)
    parser.add_argument("--turns", type=int, default=40, help="number of timed answers")
    parser.add_argument("--stops", type=int, default=10, help="number of stopped answers")
    parser.add_argument("--server", default="uvicorn", help="daphne or uvicorn")
    parser.add_argument("--rows", action="store_true", help="print only the rows of the clients of this interpreter")
    return parser.parse_args()


async def _measure(kind: str, options: argparse.Namespace) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as folder:
        async with Upstream(ANSWER) as upstream:
            site = SiteProcess(Path(folder), SERVER=options.server, CHAT_REWRITE="false")
            site.environ |= environ(kind, upstream)
            await asyncio.to_thread(site.manage, "prepare")
            with await asyncio.to_thread(site.start):
                async with Reader(site) as reader:
                    for _ in range(WARM):
                        await _answer(reader, upstream)
                    times = [await _answer(reader, upstream) for _ in range(options.turns)]
                    upstream.scripts = [ENDLESS]
                    stops = [await _stop(reader, upstream) for _ in range(options.stops)]
    calls, tokens = zip(*times, strict=True)
    return [
        f"{kind} on {options.server}",
        str(len(times)),
        *(f"{value * 1e3:.1f}" for column in (calls, tokens) for value in (median(column), _percentile(column, 95))),
        f"{median(stops) * 1e3:.1f}",
        f"{max(stops) * 1e3:.1f}",
    ]


async def _answer(reader: Reader, upstream: Upstream) -> tuple[float, float]:
    """Return the seconds from a question to the endpoint's call, and from its first text to the first token here."""
    asked = time.monotonic()
    turn = (await reader.ask(QUESTION))["turn"]
    await reader.until(lambda event: event["type"] == "token" and event["turn"] == turn)
    received = time.monotonic()
    await reader.until_end(turn)
    call = upstream.calls[-1]
    return call.opened_at - asked, received - (call.spoke_at or 0)


async def _stop(reader: Reader, upstream: Upstream) -> float:
    """Return the seconds from Stop until the connection to the endpoint is closed."""
    turn = (await reader.ask(QUESTION))["turn"]
    await reader.until_words(turn, 5)
    stopped = time.monotonic()
    await reader.send(type="stop", turn=turn, seen=reader.seq[turn])
    await upstream.calls[-1].over.wait()
    await reader.until_end(turn)
    return (upstream.calls[-1].closed_at or float("inf")) - stopped


def _percentile(values: tuple[float, ...], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


if __name__ == "__main__":
    sys.exit(main())
