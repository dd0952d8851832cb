"""What each part of a question costs: a table of the processor time of a site that accounts for it."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.site_process import SiteProcess

from .measuring import measure, pinned_to, server_core
from .readers import Task
from .targets import pid_of, set_plan, settings_of, sign_in

USERS, ANSWERS, WARM_ANSWERS = 50, 25, 3
RATE = 2000.0
"""Tokens a second: so fast that few commits store an answer, and what it costs is its question and its end."""
LEAST = 15
"""Microseconds a question below which parts are put together."""
_LOOP, _DATABASE = "MainThread", ("database", "group-commit", "endings")


def profile(server: str, client: str, url: str, tokens: int) -> int:
    """Print what the parts of a question with an answer of so many tokens cost. Return how many answers were wrong."""
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as name:
        folder = Path(name)
        site = SiteProcess(folder, PYTHONPATH=str(Path.cwd()), **settings_of(server, client, url))
        site.start(sys.executable, "-B", "-m", "bin._bench.profiled", str(folder / "profile"))
        try:
            with pinned_to(server_core(), pid_of(site)):
                return _measure(site, folder / "profile", url, tokens)
        finally:
            site.stop()


def _measure(site: SiteProcess, file: Path, url: str, tokens: int) -> int:
    pid, cookies = pid_of(site), sign_in(site, USERS)
    set_plan(url, tokens, RATE)
    measure([pid], Task(site.url, cookies, tokens, WARM_ANSWERS, spread=1.0))
    os.kill(pid, signal.SIGUSR2)
    measured = measure([pid], Task(site.url, cookies, tokens, ANSWERS, spread=1.0))
    os.kill(pid, signal.SIGUSR1)
    while not file.exists():
        time.sleep(0.05)
    print(f"{measured.per_answer:.1f} ms a question, of which, in µs:\n")
    print("| part | calls a question | µs each | µs a question |\n|---|---|---|---|")
    for part, calls, seconds in _rows(json.loads(file.read_text())):
        count = f"{calls / measured.answers:.1f} | {seconds / calls * 1e6:.0f}" if calls else " | "
        print(f"| {part} | {count} | {seconds / measured.answers * 1e6:.0f} |")
    return measured.result.lost + measured.result.incomplete


def _rows(account: dict[str, Any]) -> Iterator[tuple[str, float, float]]:
    """Yield the parts with their calls (0 where nothing counts them) and seconds, the dearest of each thread first."""
    threads = account["threads"]
    yield from _parts("event loop", 0, threads.pop(_LOOP), [(name, 0, each) for name, each in account["loop"].items()])
    for thread in _DATABASE:
        work = [
            (name.partition(": ")[2], *each) for name, each in account["work"].items() if name.startswith(f"{thread}: ")
        ]
        yield from _parts(f"{thread} thread", sum(calls for _, calls, _ in work), threads.pop(thread, 0.0), work)
    yield "other threads", 0, sum(threads.values())


def _parts(
    thread: str, calls: float, seconds: float, parts: list[tuple[str, float, float]]
) -> Iterator[tuple[str, float, float]]:
    yield f"**{thread}**", calls, seconds
    shown = [part for part in parts if part[2] > LEAST / 1e6 * USERS * ANSWERS]
    yield from ((f"`{name}`", calls, each) for name, calls, each in sorted(shown, key=lambda part: -part[2]))
    yield "the rest", 0, seconds - sum(each for _, _, each in shown)
