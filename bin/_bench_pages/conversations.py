"""How the pages of conversations, their lists and searches grow with conversations and turns."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil

from tests.support.processes import ROOT
from tests.support.site_process import SiteProcess

from .growth import row, visit

ADMIN, ARCHIVE = "/admin/chat/conversation/", "/conversations/all/"
SETTLE_SECONDS, IDLE_SECONDS = 5, 15


@dataclass
class Filled:
    """What the benchmark asks for: cookies by number of conversations, addresses by number of turns, words to find.

    ``reviewed`` are the names of the searches for these words in the review.
    """

    cookies: dict[int, str] = field(default_factory=dict)
    reviewer: str = ""
    reader: str = ""
    conversations: dict[int, str] = field(default_factory=dict)
    admin: str = ""
    searches: list[str] = field(default_factory=list)
    reviewed: list[str] = field(default_factory=list)


def measure(servers: Sequence[str], counts: Sequence[int], lengths: Sequence[int], folder: Path) -> Iterator[str]:
    """Yield a table for each server, of a site in this folder, whose database is filled first unless it is already."""
    filled = _filled(folder, counts, lengths)
    for server in servers:
        with SiteProcess(folder, SERVER=server) as site:
            total = sum(map(int, filled.cookies)) + len(filled.conversations) + 1  # which the reviewer opens
            yield from _idle(server, site, total)
            yield from _conversations(server, site, filled)
            yield from _turns(server, site, filled)
            yield from _admin(server, site, filled, total)


def _filled(folder: Path, counts: Sequence[int], lengths: Sequence[int]) -> Filled:
    notes = folder / "conversations.json"
    if not notes.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with SiteProcess(folder) as site:  # which prepares the database
            pass
        command = [
            sys.executable,
            "-B",
            "-m",
            "bin._bench_pages.filling",
            *(",".join(map(str, n)) for n in (counts, lengths)),
        ]
        notes.write_bytes(
            subprocess.run(command, cwd=ROOT, env=site.environ, stdout=subprocess.PIPE, check=True).stdout
        )
    return Filled(**json.loads(notes.read_text()))


def _idle(server: str, site: SiteProcess, total: int) -> Iterator[str]:
    """Yield the processor time of a site that nobody uses: it must not grow with what it has stored."""
    assert site.process  # noqa: S101  # for mypy
    process = psutil.Process(site.process.pid)
    time.sleep(SETTLE_SECONDS)
    before = sum(process.cpu_times()[:2])
    time.sleep(IDLE_SECONDS)
    milliseconds = (sum(process.cpu_times()[:2]) - before) * 1e3 / IDLE_SECONDS
    yield f"{server}: nobody asks, at {total:,} conversations: {milliseconds:.0f} ms of processor time a second"
    yield ""


def _conversations(server: str, site: SiteProcess, filled: Filled) -> Iterator[str]:
    yield from _head(f"{server}: conversations of the user", list(filled.cookies))
    addresses = {
        "the page for a question": ["/"],
        "all conversations": [ARCHIVE],
        "their last page": [f"{ARCHIVE}?end=1"],
        "a search for two words in them": [f"{ARCHIVE}?q={quote(words)}" for words in filled.searches],
        "the page of results for two words": [f"/search/?q={quote(words)}" for words in filled.searches],
    }
    for name, paths in addresses.items():
        yield row(name, {int(count): visit(site.url, paths, cookie) for count, cookie in filled.cookies.items()})
    yield ""


def _turns(server: str, site: SiteProcess, filled: Filled) -> Iterator[str]:
    yield from _head(f"{server}: turns of the conversation", list(filled.conversations))
    times = {int(turns): visit(site.url, [path], filled.reader) for turns, path in filled.conversations.items()}
    yield row("its page", times)
    yield ""


def _admin(server: str, site: SiteProcess, filled: Filled, total: int) -> Iterator[str]:
    yield from (f"| {server}: admin at {total:,} conversations | ms |", "|---|---|")
    middle = f"{ADMIN}?after={total // 2}"
    addresses = {
        "the list": [ADMIN],
        "a page in the middle": [middle],
        "its last page": [f"{ADMIN}?end=1"],
        "filtered: complete": [f"{ADMIN}?state=complete"],
        "filtered: failed": [f"{ADMIN}?state=failed"],
        "filtered: no label": [f"{ADMIN}?label=none"],
        "ordered by the number of turns, which no index has": [f"{ADMIN}?o=2"],
        "a search for two words": [f"{ADMIN}?search={name}" for name in filled.reviewed],
        "the last 50 turns of the longest conversation": [filled.admin],
    }
    for name, paths in addresses.items():
        yield f"| {name} | {visit(site.url, paths, filled.reviewer)} |"
    yield ""


def _head(name: str, sizes: Sequence[str | int]) -> Iterator[str]:
    yield f"| {name} | {' | '.join(f'{int(size):,}' for size in sizes)} | exponent |"
    yield "|---" * (len(sizes) + 2) + "|"
