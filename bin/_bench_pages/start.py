"""From the start of a site to its first page, in this working copy and others, and the memory of an idle process."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from tests.support.processes import ROOT
from tests.support.site_process import SiteProcess

SETTLE_SECONDS, IDLE_SECONDS, STARTS, COMPARED = 5, 20, 5, 8
MODELS: dict[str, dict[str, Any]] = {
    "embedded": {},
    "openai": {"CHAT_MODEL": "openai:none", "OPENAI_API_KEY": "sk-none", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"},
}


def measure(servers: Sequence[str]) -> Iterator[str]:
    """Yield a row for each server and model client."""
    yield "| server | model | first start to first page, s | later ones, median (min) | idle, MB | % of a core |"
    yield "|---|---|---|---|---|---|"
    for server in servers:
        for model, settings in MODELS.items():
            with TemporaryDirectory(prefix="chatsite-bench-") as folder:
                site = SiteProcess(Path(folder), SERVER=server, **settings)
                yield f"| {server} | {model} | {_row(site)} |"


def compare(trees: Sequence[Path]) -> Iterator[str]:
    """Yield a row for this working copy and each other: their starts take turns, so each meets the same machine."""
    yield "| working copy | processor from start to first page, s, median (min) |"
    yield "|---|---|"
    with TemporaryDirectory(prefix="chatsite-bench-") as folder:
        sites = {tree: SiteProcess(Path(folder) / str(number)) for number, tree in enumerate([*trees, ROOT])}
        for tree, site in sites.items():
            site.folder.mkdir()
            _worked(site, tree)  # the first start prepares the site
        seconds = [[_worked(site, tree) for tree, site in sites.items()] for _ in range(COMPARED)]
    for tree, own in zip(sites, zip(*seconds, strict=True), strict=True):
        yield f"| {tree} | {median(own):.3f} ({min(own):.3f}) |"


def _row(site: SiteProcess) -> str:
    seconds = []
    for number in range(STARTS + 1):
        seconds.append(_start(site))
        if number == STARTS:
            megabytes, core = _idle(site)
        site.stop()
    first, *later = seconds
    return f"{first:.2f} | {median(later):.2f} ({min(later):.2f}) | {megabytes:.0f} | {core * 100:.1f}"


def _worked(site: SiteProcess, tree: Path) -> float:
    """Start a site of a working copy; return the seconds for which it kept a processor up to its first page."""
    _start(site, tree)
    assert site.process  # noqa: S101  # for mypy
    seconds = sum(psutil.Process(site.process.pid).cpu_times()[:4])  # with those of its children
    site.stop()
    return seconds


def _start(site: SiteProcess, tree: Path = ROOT) -> float:
    """Start a site; return the seconds until it has served the page on which people sign in."""
    began = time.perf_counter()
    with (site.folder / "log").open("ab") as log:
        command = [sys.executable, str(tree / "manage.py"), "serve"]
        site.process = subprocess.Popen(command, env=site.environ, cwd=site.folder, stdout=log, stderr=log)
    while not _has_page(site):
        assert site.process.poll() is None, site.output  # noqa: S101  # it ended
        time.sleep(0.005)
    return time.perf_counter() - began


def _has_page(site: SiteProcess) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/accounts/login/")
        response = connection.getresponse()
        response.read()
        return response.status == 200
    return False


def _idle(site: SiteProcess) -> tuple[float, float]:
    assert site.process  # noqa: S101  # for mypy
    process = psutil.Process(site.process.pid)
    time.sleep(SETTLE_SECONDS)
    worked, clock = sum(process.cpu_times()[:2]), time.monotonic()
    time.sleep(IDLE_SECONDS)
    core = (sum(process.cpu_times()[:2]) - worked) / (time.monotonic() - clock)
    return process.memory_info().rss / 1e6, core
