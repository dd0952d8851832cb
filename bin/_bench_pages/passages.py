"""How the search in recordings grows with their passages: the retrieval for a question, and the page of results."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.support.processes import ROOT
from tests.support.signing_in import signed_in_cookie
from tests.support.site_process import SiteProcess

from .growth import Times, exponent, visit


@dataclass(frozen=True)
class Search:
    """The times of one kind of search: by the clock and, if the search is in a process of its own, of the processor."""

    clock: Times
    busy: Times | None = None

    def __str__(self) -> str:
        busy = f" ({self.busy.percentile(50):.0f})" if self.busy else ""
        return f"{self.clock.percentile(50):.0f} / {self.clock.percentile(95):.0f}{busy}"


def measure(counts: Sequence[int], server: str, folder: Path) -> Iterator[str]:
    """Yield a row for each kind of question; each number of passages has a folder in ``folder``, filled only once."""
    kinds: dict[str, dict[int, Search]] = {}
    for count in counts:
        place = folder / f"passages-{count}"
        for name, search in (_retrieval(place, count) | _pages(place, server)).items():
            kinds.setdefault(name, {})[count] = search
    columns = " | ".join(f"{count:,}" for count in counts)
    yield f"| search, p50 / p95 ms (p50 of the processor time) | {columns} | exponent of the minima |"
    yield "|---" * (len(counts) + 2) + "|"
    for name, searches in kinds.items():
        times = {count: search.busy or search.clock for count, search in searches.items()}
        yield f"| {name} | {' | '.join(map(str, searches.values()))} | {exponent(times)} |"


def _retrieval(folder: Path, count: int) -> dict[str, Search]:
    """Fill the folder unless it is, and time the retrieval in a process of its own: milliseconds by kind."""
    folder.mkdir(parents=True, exist_ok=True)
    site = SiteProcess(folder)
    if not (folder / "chatsite.sqlite3").exists():
        with site:  # which prepares the database
            pass
    command = [sys.executable, "-B", "-m", "bin._bench_pages.retrieving", str(count)]
    done = subprocess.run(command, cwd=ROOT, env=site.environ, stdout=subprocess.PIPE, check=True)
    measured: dict[str, list[tuple[float, float]]] = json.loads(done.stdout)
    return {name: Search(*map(Times, zip(*times, strict=True))) for name, times in measured.items()}


def _pages(folder: Path, server: str) -> dict[str, Search]:
    searches = json.loads((folder / "searches.json").read_text())
    with SiteProcess(folder, SERVER=server) as site:
        cookie = signed_in_cookie(site)
        paths = [f"/search/?q={quote(words)}" for words in searches]
        return {f"the page of results for two words ({server})": Search(visit(site.url, paths, cookie))}
