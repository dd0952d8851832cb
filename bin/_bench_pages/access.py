"""What it costs to record that a conversation is read, with ten readers at once and an answer that streams."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.support.processes import ROOT, free_port, wait_until
from tests.support.servers import postgresql_server
from tests.support.site_process import SiteProcess

from .growth import Times

READERS, TURNS = 10, 10
PAIRS, READS = 40, 20
PAUSE_SECONDS = 1.0
"""How long each reader pauses between two pages, on average."""
RATE = 50
"""Tokens per second of the answer."""
FLUSHES = 200
WARM_SECONDS = 2
SETUP = """
import json
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends.db import SessionStore
from bin._bench_pages.filling import Filling
from chat.models import REVIEWERS, ApiToken
from chat.review.remembered import Remembered
from tests.support.sockets import sign_in
conversation = Filling(1).turns(User.objects.create(username="owner"), {turns})
group, _ = Group.objects.get_or_create(name=REVIEWERS)
cookies = []
for number in range({readers}):
    user = User.objects.create(username=f"reviewer-{{number}}", is_staff=True)
    user.groups.add(group)
    session = SessionStore(sign_in(user))
    Remembered(session).keep_reason(conversation, "A complaint about an invoice")
    session.save()
    cookies.append(f"{{settings.SESSION_COOKIE_NAME}}={{session.session_key}}")
_, token = ApiToken.issue(User.objects.get(username="owner"), "bench")
print(json.dumps([f"/admin/chat/conversation/{{conversation.pk}}/change/", cookies, token]))
"""


class Read(NamedTuple):
    """Milliseconds of one response, of recording in it, and of the processor for that."""

    page: float
    recording: float
    processor: float


def measure(servers: Sequence[str]) -> Iterator[str]:
    """Yield the disk's time for a flush, and a row for each server and database."""
    yield f"A flush of this disk (fdatasync of 8 KiB) takes {_flush_ms()} ms."
    yield ""
    yield (
        f"| {READERS} readers, pages of {TURNS} turns; ms | page | unrecorded | difference of a pair: median"
        " | recording: median | p95 | of it processor | token delay: median | p95 | unrecorded: median | p95 |"
    )
    yield "|---" * 11 + "|"
    for server in servers:
        yield _row(f"{server}, SQLite", server)
        for flush in ("on", "off"):
            with postgresql_server(fsync=flush) as database:
                yield _row(f"{server}, PostgreSQL, fsync {flush}", server, database.url)


def _row(name: str, server: str, database_url: str = "") -> str:
    random = Random(1)  # noqa: S311
    with _site(server, database_url) as site:
        command = SETUP.format(turns=TURNS, readers=READERS)
        path, cookies, token = json.loads(site.manage("shell", "-v0", "-c", command))
        readers = [Reader(site.url, path, cookie) for cookie in cookies]
        with _answer(site, token) as delays:
            pairs = _pairs(readers, [random.sample([True, False], 2) for _ in range(PAIRS)])
            delayed = []
            for is_recorded in (True, False):
                delays.clear()
                _all(readers, [is_recorded] * READS)
                delayed.append(delays.copy())
        [(count,)] = site.rows("SELECT count(*) FROM chat_accessevent WHERE kind = 'read'")
    assert count == READERS * (PAIRS + READS)  # noqa: S101  # else the figures mean nothing
    cells = [*_cells(pairs), *_two(delayed[0]), *_two(delayed[1])]
    return f"| {name} | {' | '.join(cells)} |"


def _pairs(readers: Sequence[Reader], orders: Sequence[Sequence[bool]]) -> list[tuple[Read, Read]]:
    """Let all read in pairs, which come in the order given; return them with the recorded read first."""
    choices = [is_recorded for order in orders for is_recorded in order]
    pairs = []
    for reads in _all(readers, choices):
        for order, first, second in zip(orders, reads[::2], reads[1::2], strict=True):
            pairs.append((first, second) if order[0] else (second, first))
    return pairs


def _all(readers: Sequence[Reader], choices: Sequence[bool]) -> list[list[Read]]:
    """Let all readers read at once, recorded or not as ``choices`` say."""
    with ThreadPoolExecutor(len(readers)) as threads:
        return list(threads.map(lambda reader: reader.read(choices), readers))


def _cells(pairs: Sequence[tuple[Read, Read]]) -> Iterator[str]:
    recorded = [first for first, _ in pairs]
    yield str(Times([read.page for read in recorded]))
    yield str(Times([second.page for _, second in pairs]))
    yield f"{statistics.median(first.page - second.page for first, second in pairs):.1f}"
    yield from _two([read.recording for read in recorded])
    yield f"{statistics.median(read.processor for read in recorded):.2f}"


def _two(times: list[float]) -> Iterator[str]:
    yield from (f"{statistics.median(times):.1f}", f"{Times(times).percentile(95):.1f}")


@contextmanager
def _site(server: str, database_url: str) -> Iterator[SiteProcess]:
    """Run a site that can leave recording out, with the paced model of bin/bench."""
    port = free_port()
    model = subprocess.Popen([sys.executable, "-B", "-m", "bin._bench.upstream", str(port)], cwd=ROOT)
    with TemporaryDirectory(prefix="chatsite-bench-") as folder, ExitStack() as stack:
        stack.callback(model.wait, 30)
        stack.callback(model.terminate)
        wait_until(lambda: _plan(port), model, Path(os.devnull))
        environ: dict[str, Any] = {
            "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
            "OPENAI_API_KEY": secrets.token_hex(8),
        }
        environ |= {"CHAT_MODEL": "openai:paced", "SERVER": server, "PYTHONPATH": str(ROOT)}
        site = SiteProcess(Path(folder), database_url=database_url, **environ)
        site.manage("prepare")
        stack.callback(site.stop)
        yield site.start(sys.executable, "-B", "-m", "bin._bench_pages.unrecorded")


def _plan(port: int) -> bool:
    body = json.dumps({"tokens": 100_000, "rate": RATE}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/plan", body, method="PUT")  # our own
    try:
        return bool(urllib.request.urlopen(request, timeout=5).status == 204)  # noqa: S310
    except OSError:
        return False


@contextmanager
def _answer(site: SiteProcess, token: str) -> Iterator[list[float]]:
    """Ask a question, and collect the milliseconds that each token of the answer takes."""
    body = json.dumps({"query": "What was said?", "session_id": None})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=60)
    connection.request("POST", "/api/chat/stream", body, headers)
    delays: list[float] = []
    response, is_over = connection.getresponse(), threading.Event()
    assert response.status == 200, response.read()  # noqa: S101

    def collect() -> None:
        for line in response:
            if is_over.is_set():
                return
            if line.startswith(b'data: {"content"'):
                now = time.monotonic_ns() // 1000
                text = json.loads(line[6:])["content"]
                delays.extend((now - int(sent)) / 1000 for sent in text.split() if sent.isdigit())

    thread = threading.Thread(target=collect)
    thread.start()
    time.sleep(WARM_SECONDS)
    delays.clear()
    yield delays
    is_over.set()
    thread.join(30)
    connection.close()


class Reader:
    """A reviewer who reads the same page again and again."""

    def __init__(self, site: str, path: str, cookie: str) -> None:
        self._host = urlsplit(site).netloc
        self._path, self._cookie, self._random = path, cookie, Random(cookie)  # noqa: S311

    def read(self, choices: Sequence[bool]) -> list[Read]:
        """Read as often as there are choices: whether it is recorded."""
        return [self._read(is_recorded=is_recorded) for is_recorded in choices]

    def _read(self, *, is_recorded: bool) -> Read:
        time.sleep(PAUSE_SECONDS * 2 * self._random.random())
        headers = {"Cookie": self._cookie} | ({} if is_recorded else {"X-Unrecorded": "1"})
        connection = http.client.HTTPConnection(self._host, timeout=60)
        began = time.perf_counter()
        connection.request("GET", self._path, headers=headers)
        response = connection.getresponse()
        html = response.read()
        taken = (time.perf_counter() - began) * 1000
        connection.close()
        assert response.status == 200, (response.status, html[:500])  # noqa: S101
        recording, processor = map(float, re.findall(r"dur=([\d.]+)", response.headers["Server-Timing"]))
        assert bool(recording) == is_recorded, "the page does not record that it is read"  # noqa: S101
        return Read(taken, recording, processor)


def _flush_ms() -> str:
    with TemporaryDirectory(prefix="chatsite-bench-") as folder, Path(folder, "file").open("wb") as file:
        times = []
        for _ in range(FLUSHES):
            file.write(os.urandom(8192))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return f"{statistics.median(times):.2f}"
