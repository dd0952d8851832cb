"""PostgreSQL and Redis as the tests start them for themselves, each private, on a free port."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from .processes import Missing, end_process, free_port, mortal, wait_until


class ServerProcess:
    """A server of others on a port of 127.0.0.1, at ``url``. It can be ended in any way, and started again.

    In a session of its own, so that Ctrl-C reaches us alone and we stop it. ``ending`` is the signal that ends it in
    good order.
    """

    def __init__(self, command: Sequence[object], url: str, *, folder: str, user: str | None, ending: int) -> None:
        self.url = url
        self.ending = ending
        self.process: subprocess.Popen[bytes] | None = None
        self._command, self._user = command, user
        self._folder = folder

    def start(self) -> None:
        """Start it, again if need be, and wait until it answers."""
        with Path(self._folder, "log").open("ab") as log:
            self.process = subprocess.Popen(
                mortal(self._command, self.ending),
                **_identity(self._user),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(lambda: _answers(self.url), self.process, Path(self._folder, "log"))

    def end(self, signal_number: int = 0) -> None:
        """End it with this signal, or in good order."""
        if self.process:
            end_process(self.process, signal_number or self.ending)


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server that forgets everything; yields the URL of its database. Raises ``Missing``."""
    with postgresql_server(synchronous_commit="off") as server:
        yield server.url


@contextmanager
def postgresql_server(**settings: str) -> Iterator[ServerProcess]:
    """The same as a process to be ended and started again. Raises ``Missing``."""
    programs = _postgresql_programs()
    user = _unprivileged_user()
    with tempfile.TemporaryDirectory(prefix="chatsite-postgresql-") as folder:
        if user:
            shutil.chown(folder, user)
        data, port = Path(folder, "data"), free_port()
        initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        _run_as(user, [*initdb, "--no-sync"], folder)
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "fsync": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "jit": "off",
            "max_connections": 200,
            **settings,
        }
        command = [programs / "postgres", "-D", data, *(f"-c{name}={value}" for name, value in options.items())]
        url = f"postgres://postgres@127.0.0.1:{port}/postgres"
        # SIGINT: open connections are cut, and the server ends in order.
        with _running(ServerProcess(command, url, folder=folder, user=user, ending=signal.SIGINT)) as server:
            yield server


@contextmanager
def redis() -> Iterator[str]:
    """A Redis server that keeps nothing; yields its URL. Raises ``Missing``."""
    with redis_server() as server:
        yield server.url


@contextmanager
def redis_server(password: str = "") -> Iterator[ServerProcess]:
    """The same as a process to be ended and started again, with a password if given. Raises ``Missing``."""
    program = shutil.which("redis-server")
    if program is None:
        raise Missing("Redis", "redis-server")
    with tempfile.TemporaryDirectory(prefix="chatsite-redis-") as folder:
        port = free_port()
        command = [program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        command += ["--requirepass", password] if password else []
        url = f"redis://:{password}@127.0.0.1:{port}/0" if password else f"redis://127.0.0.1:{port}/0"
        with _running(ServerProcess(command, url, folder=folder, user=None, ending=signal.SIGTERM)) as server:
            yield server


@contextmanager
def new_database(server_url: str, template_url: str = "") -> Iterator[str]:
    """A database beside the one that this PostgreSQL URL names, empty or a copy; dropped at the end. Yields its URL."""
    import psycopg

    name = f"site_{uuid4().hex[:12]}"
    template = urlsplit(template_url).path.strip("/") or "template0"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        try:
            yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _postgresql_programs() -> Path:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Missing("PostgreSQL", "postgresql")


def _unprivileged_user() -> str | None:
    """Whom to run PostgreSQL as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in users else "nobody"


def _run_as(user: str | None, command: Sequence[object], folder: str) -> None:
    done = subprocess.run(
        [str(part) for part in command], **_identity(user), cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr}")


def _identity(user: str | None) -> dict[str, Any]:  # keyword arguments of Popen
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


@contextmanager
def _running(server: ServerProcess) -> Iterator[ServerProcess]:
    """A server while the block runs."""
    try:
        server.start()
        yield server
    finally:
        server.end()


def _answers(url: str) -> bool:
    """Whether a server does its work; PostgreSQL listens already while it recovers from a crash."""
    place = urlsplit(url)
    if place.scheme == "postgres":
        import psycopg

        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=2):
            return True
        return False
    with contextlib.suppress(OSError), socket.create_connection((place.hostname, place.port), timeout=1):
        return True
    return False
