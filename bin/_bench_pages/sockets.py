"""What a socket costs that does nothing: memory of the site's process, and CPU time of it while thousands are open."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import psutil

from tests.support.site_process import SiteProcess

SIGN_IN = """
import json
from django.contrib.auth import get_user_model
from django.conf import settings
from tests.support.sockets import sign_in
users = [get_user_model().objects.create(username=f"reader-{{n}}") for n in range({n})]
print(json.dumps([f"{{settings.SESSION_COOKIE_NAME}}={{sign_in(user)}}" for user in users]))
"""
PER_USER = 10
WARM = 50
AT_ONCE = 20
SETTLE_SECONDS, IDLE_SECONDS = 10, 30


@dataclass(frozen=True)
class Idle:
    """The process of a site before and while sockets are open."""

    megabytes: float
    kilobytes_each: float
    connect_ms: float
    core: float
    open: int


def measure(servers: list[str], count: int) -> Iterator[str]:
    """Yield a row for each server."""
    yield "| server | sockets | site alone, MB | KB each | CPU ms to connect one | % of a core, idle | still open |"
    yield "|---|---|---|---|---|---|---|"
    for server in servers:
        idle = asyncio.run(_idle(server, count))
        yield (
            f"| {server} | {count:,} | {idle.megabytes:.0f} | {idle.kilobytes_each:.1f} | {idle.connect_ms:.2f}"
            f" | {idle.core * 100:.1f} | {idle.open:,} |"
        )


async def _idle(server: str, count: int) -> Idle:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if count + 200 > most:
        sys.exit(f"This needs {count + 200} open files; the limit is {most} (ulimit -n).")
    with (
        TemporaryDirectory(prefix="chatsite-bench-") as folder,
        SiteProcess(Path(folder), SERVER=server, CHAT_SOCKETS_PER_USER=str(PER_USER)) as site,
    ):
        users = (max(count, WARM) + PER_USER - 1) // PER_USER
        cookies = json.loads(site.manage("shell", "-v0", "-c", SIGN_IN.format(n=users)))
        assert site.process  # noqa: S101  # for mypy
        return await _measured(site, psutil.Process(site.process.pid), cookies, count)


async def _measured(site: SiteProcess, process: psutil.Process, cookies: list[str], count: int) -> Idle:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        _close(await open_sockets(session, site, cookies, WARM))  # what the first sockets import stays
        await asyncio.sleep(SETTLE_SECONDS)
        before, began = process.memory_info().rss, _worked(process)
        sockets = await open_sockets(session, site, cookies, count)
        connecting = _worked(process) - began
        await asyncio.sleep(SETTLE_SECONDS)
        worked, clock = _worked(process), time.monotonic()
        await asyncio.sleep(IDLE_SECONDS)
        core = (_worked(process) - worked) / (time.monotonic() - clock)
        grown = process.memory_info().rss - before
        still_open = sum(not socket.done() for socket in sockets)
        _close(sockets)
    return Idle(before / 1e6, grown / count / 1024, connecting / count * 1000, core, still_open)


async def open_sockets(
    session: aiohttp.ClientSession, site: SiteProcess, cookies: list[str], count: int
) -> list[asyncio.Task[None]]:
    """Open sockets, some at once. Return when each has got an answer, so that it is signed in; a task reads each."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def open_one(number: int) -> asyncio.Task[None]:
        async with gate:
            headers = {"Cookie": cookies[number // PER_USER], "Origin": site.url}
            socket = await session.ws_connect(f"{site.url}/ws/chat/", headers=headers)
            await socket.send_str('{"type":"ping"}')
            await socket.receive_str()
            return asyncio.create_task(_read(socket))

    return list(await asyncio.gather(*map(open_one, range(count))))


async def _read(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Answer the pings of the server, until the socket is closed."""
    try:
        async for _ in socket:
            pass
    finally:
        await socket.close()


def _close(sockets: list[asyncio.Task[None]]) -> None:
    for socket in sockets:
        socket.cancel()


def _worked(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])
