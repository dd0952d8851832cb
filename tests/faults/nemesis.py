"""The faults of processes: it kills, pauses, terminates and restarts them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import Missing
from tests.support.servers import ServerProcess
from tests.support.site_process import SiteProcess

from .cluster import Cluster, pid_of
from .history import History

SUBSCRIBED_SECONDS = 5.0
"""Time after a restart of Redis until every process has subscribed again."""


class FakeTime:
    """The clock of a process, with libfaketime: a number of seconds ahead of the real one."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.set(0)

    def set(self, ahead: int) -> None:
        """Let the clock jump. The file is replaced atomically: the library ends a process that reads an empty one."""
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{ahead:+d}")
        draft.rename(self.file)


class Nemesis:
    """Injects faults into a cluster, and records in the history when a process was killed or paused."""

    def __init__(self, cluster: Cluster, history: History) -> None:
        self._cluster, self._history = cluster, history
        self.kills = 0

    async def kill(self, site: SiteProcess) -> float:
        """Kill a site with SIGKILL; return when."""
        pid, at = pid_of(site), time.monotonic()
        self.kills += 1
        await asyncio.to_thread(site.kill)
        self._history.gone[pid] = time.monotonic()
        return at

    async def until_one_dies(self, seconds: float) -> tuple[SiteProcess, float]:
        """Wait until a site dies at a failpoint; return which, and when."""
        deadline = time.monotonic() + seconds
        while not (dead := [site for site in self._cluster.sites if site.process and site.process.poll()]):
            assert time.monotonic() < deadline, "no process has died"
            await asyncio.sleep(0.01)
        self.kills += 1
        self._history.gone[pid_of(dead[0])] = time.monotonic()
        return dead[0], time.monotonic()

    async def start(self, site: SiteProcess) -> float:
        """Start a site again; return when it serves."""
        try:
            await asyncio.to_thread(site.start)
        except RuntimeError:
            if not _was_crashed_by_its_clock(site):
                raise
            return await self.start(site)
        return time.monotonic()

    async def terminate(self, site: SiteProcess) -> tuple[int, float]:
        """Send SIGTERM and wait for the end; return the exit status and the seconds."""
        begun = time.monotonic()
        self._cluster.leaving.add(site)
        try:
            status = await asyncio.to_thread(site.stop)
        finally:
            self._cluster.leaving.discard(site)
        return status, time.monotonic() - begun

    def pause(self, site: SiteProcess) -> None:
        """Pause a site with SIGSTOP; its connections stay open."""
        assert site.process
        site.process.send_signal(signal.SIGSTOP)
        self._cluster.paused.add(site)
        self._history.gone[pid_of(site)] = time.monotonic()

    def wake(self, site: SiteProcess) -> float:
        """Resume a site with SIGCONT; return when."""
        assert site.process
        self._cluster.paused.discard(site)
        site.process.send_signal(signal.SIGCONT)
        return time.monotonic()

    async def restart_server(self, server: ServerProcess, seconds_down: float, how: int) -> float:
        """Stop PostgreSQL or Redis with a signal, and start it again; return when it serves."""
        await asyncio.to_thread(server.end, how)
        await asyncio.sleep(seconds_down)
        await asyncio.to_thread(server.start)
        return time.monotonic()

    @contextmanager
    def faketime(self, site: SiteProcess) -> Iterator[FakeTime]:
        """Give a site its own clock for starts within the block. Raise ``Missing``."""
        library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
        if library is None:
            raise Missing("faketime", "faketime")
        clock = FakeTime(site.folder / "clock")
        before = dict(site.environ)
        site.environ |= {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(clock.file)}
        site.environ |= {"FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        site.environ |= {"DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
        try:
            yield clock
        finally:
            site.environ = before

    async def mend(self) -> None:
        """Resume or restart everything that was paused or stopped."""
        for site in self._cluster.sites:
            if site in self._cluster.paused:
                self.wake(site)
            if site.process is None or site.process.poll() is not None:
                await self.start(site)
        for name, server in self._cluster.servers.items():
            if server.process is None or server.process.poll() is not None:
                await asyncio.to_thread(server.start)
                if name == "redis":  # or the next fault would run without it
                    await asyncio.sleep(SUBSCRIBED_SECONDS)

    @contextmanager
    def database_locked(self) -> Iterator[None]:
        """Lock the database as another writer: the sites can write nothing while the block runs."""
        if "postgresql" in self._cluster.servers:
            import psycopg

            with psycopg.connect(self._cluster.sites[0].database_url) as connection:
                connection.execute("LOCK TABLE chat_turn IN EXCLUSIVE MODE")
                yield
                connection.rollback()
            return
        writer = sqlite3.connect(self._cluster.database_file, timeout=10, isolation_level=None)
        with contextlib.closing(writer):
            writer.execute("BEGIN IMMEDIATE")
            yield
            writer.execute("ROLLBACK")


def _was_crashed_by_its_clock(site: SiteProcess) -> bool:
    """Return whether libfaketime has crashed a site: it is not thread-safe, and sometimes causes SIGSEGV."""
    return "LD_PRELOAD" in site.environ and site.process is not None and site.process.returncode == -signal.SIGSEGV
