"""From the start of a site to its first page, and the memory of its process when it does nothing."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from tests.support.processes import ROOT
from tests.support.site_process import SiteProcess

SETTLE_SECONDS, IDLE_SECONDS, STARTS = 5, 20, 5
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


def _row(site: SiteProcess) -> str:
    seconds = []
    for number in range(STARTS + 1):
        seconds.append(_start(site))
        if number == STARTS:
            megabytes, core = _idle(site)
        site.stop()
    first, *later = seconds
    middle = sorted(later)[len(later) // 2]
    return f"{first:.2f} | {middle:.2f} ({min(later):.2f}) | {megabytes:.0f} | {core * 100:.1f}"


def _start(site: SiteProcess) -> float:
    """Start a site; return the seconds until it has served the page on which people sign in."""
    began = time.perf_counter()
    with (site.folder / "log").open("ab") as log:
        command = [sys.executable, str(ROOT / "manage.py"), "serve"]
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
