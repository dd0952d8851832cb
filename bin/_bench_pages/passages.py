"""How the search in recordings grows with their passages: the retrieval for a question, and the page of results."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from tests.support.processes import ROOT
from tests.support.signing_in import signed_in_cookie
from tests.support.site_process import SiteProcess

from .growth import Times, exponent, visit


def measure(counts: Sequence[int], server: str, folder: Path) -> Iterator[str]:
    """Yield a row for each kind of question; each number of passages has a folder in ``folder``, filled only once."""
    kinds: dict[str, dict[int, Times]] = {}
    for count in counts:
        place = folder / f"passages-{count}"
        for name, values in (_retrieval(place, count) | _pages(place, server)).items():
            kinds.setdefault(name, {})[count] = Times(values)
    yield f"| search, p50 / p95 ms | {' | '.join(f'{count:,}' for count in counts)} | exponent of p50 |"
    yield "|---" * (len(counts) + 2) + "|"
    for name, times in kinds.items():
        cells = (f"{each.percentile(50):.0f} / {each.percentile(95):.0f}" for each in times.values())
        yield f"| {name} | {' | '.join(cells)} | {exponent(times)} |"


def _retrieval(folder: Path, count: int) -> dict[str, list[float]]:
    """Fill the folder unless it is, and time the retrieval in a process of its own: milliseconds by kind."""
    folder.mkdir(parents=True, exist_ok=True)
    site = SiteProcess(folder)
    if not (folder / "chatsite.sqlite3").exists():
        with site:  # which prepares the database
            pass
    command = [sys.executable, "-B", "-m", "bin._bench_pages.retrieving", str(count)]
    done = subprocess.run(command, cwd=ROOT, env=site.environ, stdout=subprocess.PIPE, check=True)
    measured: dict[str, list[float]] = json.loads(done.stdout)
    return measured


def _pages(folder: Path, server: str) -> dict[str, list[float]]:
    searches = json.loads((folder / "searches.json").read_text())
    with SiteProcess(folder, SERVER=server) as site:
        cookie = signed_in_cookie(site)
        paths = [f"/search/?q={quote(words)}" for words in searches]
        return {f"the page of results for two words ({server})": list(visit(site.url, paths, cookie).values)}
