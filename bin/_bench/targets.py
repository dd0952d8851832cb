"""What the benchmark measures: the pump, bare consumers, and sites."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.processes import end_process, free_port, wait_until
from tests.support.servers import postgresql_server, redis_server
from tests.support.site_process import SiteProcess

from .measuring import ALL_CORES, ROOT, pinned_to, server_core

SIGN_IN = """
import json
from django.contrib.auth import get_user_model
from django.conf import settings
from tests.support.sockets import sign_in
users = [get_user_model().objects.create(username=f"reader-{{n}}") for n in range({n})]
print(json.dumps([f"{{settings.SESSION_COOKIE_NAME}}={{sign_in(user)}}" for user in users]))
"""
_KEY = "sk-bench-0000"


@dataclass(frozen=True)
class Target:
    """A running server: its addresses, the cookies of its users, its processes, and those of its database."""

    sites: Sequence[str]
    cookies: Sequence[str]
    processes: Sequence[int]
    others: Sequence[int] = ()
    can_view: bool = False


@contextmanager
def plain(module: str, *arguments: str, url: str, users: int) -> Iterator[Target]:
    """Run the pump or a bare consumer."""
    port = free_port()
    environment = os.environ | {"BENCH_URL": f"{url}/v1"}
    command = [sys.executable, "-B", "-m", f"bin._bench.{module}", *arguments, str(port)]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: _listens(port), process, Path(os.devnull))
        with pinned_to(server_core(), process.pid):
            yield Target([f"http://127.0.0.1:{port}"], [""] * users, [process.pid])
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def site(server: str, client: str, *, url: str, users: int, reader: str = "aiohttp") -> Iterator[Target]:
    """Run a site on SQLite."""
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as folder:
        place = SiteProcess(Path(folder), CHAT_READER=reader, **settings_of(server, client, url))
        with place:
            cookies = sign_in(place, users)
            pid = pid_of(place)
            with pinned_to(server_core(), pid):
                yield Target([place.url], cookies, [pid])


@contextmanager
def scaled(server: str, client: str, processes: int, *, url: str, users: int) -> Iterator[Target]:
    """Run a site of several processes on PostgreSQL and Redis of its own, on all cores."""
    with ExitStack() as stack:
        database = stack.enter_context(postgresql_server(synchronous_commit="off"))
        settings = settings_of(server, client, url) | {"SECRET_KEY": secrets.token_urlsafe(50)}
        others = [database]
        if processes > 1:
            others.append(stack.enter_context(redis_server()))
            settings["REDIS_URL"] = others[-1].url
        folders = [stack.enter_context(tempfile.TemporaryDirectory(prefix="chatsite-bench-")) for _ in range(processes)]
        places = [SiteProcess(Path(folder), database_url=database.url, **settings) for folder in folders]
        for place in places:
            stack.enter_context(place)
        assert database.process  # noqa: S101  # for mypy
        for process in [*(place.process for place in places), *(other.process for other in others)]:
            assert process  # noqa: S101  # for mypy
            stack.enter_context(pinned_to(ALL_CORES, process.pid))
        yield Target(
            [place.url for place in places],
            sign_in(places[0], users),
            [pid_of(place) for place in places],
            [database.process.pid],
            can_view=processes > 1,
        )


@contextmanager
def upstream() -> Iterator[str]:
    """Run the paced model, and yield its address."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-B", "-m", "bin._bench.upstream", str(port)], cwd=ROOT)
    try:
        wait_until(lambda: _listens(port), process, Path(os.devnull))
        yield f"http://127.0.0.1:{port}"
    finally:
        end_process(process, 15)


def settings_of(server: str, client: str, url: str) -> dict[str, Any]:
    """Return the environment of a site with the paced model."""
    return {
        "SERVER": server,
        "CHAT_MODEL": f"{client}:paced",
        "OPENAI_BASE_URL": f"{url}/v1",
        "OPENAI_API_KEY": _KEY,
        "DATABRICKS_HOST": url,
        "DATABRICKS_TOKEN": _KEY,
    }


def sign_in(place: SiteProcess, users: int) -> list[str]:
    """Return the cookies of new users of a site."""
    cookies: list[str] = json.loads(place.manage("shell", "-v0", "-c", SIGN_IN.format(n=users)))
    return cookies


def pid_of(place: SiteProcess) -> int:
    """Return the process of a running site."""
    assert place.process  # noqa: S101  # for mypy
    return place.process.pid


def set_plan(url: str, tokens: int, rate: float) -> None:
    """Say what the paced model answers from now on."""
    body = json.dumps({"tokens": tokens, "rate": rate}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{url}/plan", data=body, method="PUT")).close()  # noqa: S310


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
