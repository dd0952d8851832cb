"""Private PostgreSQL and Redis servers for the tests, each on a free port."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from .processes import Missing, end_process, free_port, mortal, wait_until


class ServerProcess:
    """A server at ``url``, on a port of 127.0.0.1. It can be stopped with any signal, and started again.

    It runs in its own session, so that Ctrl-C reaches only us and we stop it. ``ending`` is the signal for an orderly
    shutdown.
    """

    def __init__(self, command: Sequence[object], url: str, *, folder: str, user: str | None, ending: int) -> None:
        self.url = url
        self.ending = ending
        self.process: subprocess.Popen[bytes] | None = None
        self._command, self._user = command, user
        self._folder = folder

    def start(self) -> None:
        """Start or restart it, and wait until it responds."""
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
        """Stop it with this signal, or in an orderly way."""
        if self.process:
            end_process(self.process, signal_number or self.ending)


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a temporary PostgreSQL server; yield the URL of its database. Raise ``Missing`` if it is not installed."""
    with postgresql_server(synchronous_commit="off") as server:
        yield server.url


@contextmanager
def postgresql_with(extension: str) -> Iterator[str]:
    """Do the same with a server that has this extension. Raise ``Missing``."""
    with _postgresql_server(_postgresql_programs(extension), {"synchronous_commit": "off"}) as server:
        yield server.url


@contextmanager
def postgresql_server(**settings: str) -> Iterator[ServerProcess]:
    """Run a server, too, but yield the process, which may be stopped and restarted. Raise ``Missing``."""
    with _postgresql_server(_postgresql_programs(), settings) as server:
        yield server


@contextmanager
def _postgresql_server(programs: Path, settings: Mapping[str, str]) -> Iterator[ServerProcess]:
    user = _unprivileged_user()
    with tempfile.TemporaryDirectory(prefix="chatsite-postgresql-") as folder:
        if user:
            shutil.chown(folder, user)
        programs = _within_reach(programs, folder, user)
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
        # On SIGINT the server closes open connections and shuts down cleanly.
        with _running(ServerProcess(command, url, folder=folder, user=user, ending=signal.SIGINT)) as server:
            yield server


@contextmanager
def redis() -> Iterator[str]:
    """Run a Redis server without persistence; yield its URL. Raise ``Missing`` if it is not installed."""
    with redis_server() as server:
        yield server.url


@contextmanager
def redis_server(password: str = "") -> Iterator[ServerProcess]:
    """Do the same, with a password if given, but yield the process, which may be stopped. Raise ``Missing``."""
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
    """Create a database on this PostgreSQL server, empty or a copy; yield its URL, and drop it at the end."""
    import psycopg

    name = f"site_{uuid4().hex[:12]}"
    template = urlsplit(template_url).path.strip("/") or "template0"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        try:
            yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _postgresql_programs(extension: str = "") -> Path:
    """Return the folder of the programs of a server. Raise ``Missing`` if there is none with the extension."""
    initdb = shutil.which("initdb")
    folders = [Path(initdb).resolve().parent] if initdb else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    if extension:  # a package of the tests has a server with pgvector, which Debian 12 lacks
        folders += sorted(Path(sys.prefix).glob("lib/python*/site-packages/*_pgserver/pginstall*/bin"), reverse=True)
    for folder in folders:
        is_whole = (folder / "initdb").exists() and (folder / "postgres").exists()
        if is_whole and (not extension or _has_extension(folder, extension)):
            return folder
    raise Missing(f"PostgreSQL with {extension}" if extension else "PostgreSQL", "postgresql")


def _has_extension(programs: Path, extension: str) -> bool:
    shares = (Path("/usr/share/postgresql", programs.parent.name), programs.parent / "share" / "postgresql")
    return any((share / "extension" / f"{extension}.control").exists() for share in shares)


def _within_reach(programs: Path, folder: str, user: str | None) -> Path:
    """Return the folder of programs that this user may run: of a package in .venv, which may be ours alone, a copy."""
    if user is None or not programs.is_relative_to(sys.prefix):
        return programs
    package = programs.parent.parent
    for part in package.parent.glob(f"{package.name}*"):  # beside it are its libraries
        shutil.copytree(part, Path(folder, "package", part.name))
    return Path(folder, "package", programs.relative_to(package.parent))


def _unprivileged_user() -> str | None:
    """Return the user to run PostgreSQL as, because it refuses to run as root; None for the current user."""
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
    """Run a server while the block runs."""
    try:
        server.start()
        yield server
    finally:
        server.end()


def _answers(url: str) -> bool:
    """Return whether a server is ready. PostgreSQL already listens while it recovers from a crash."""
    place = urlsplit(url)
    if place.scheme == "postgres":
        import psycopg

        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=2):
            return True
        return False
    with contextlib.suppress(OSError), socket.create_connection((place.hostname, place.port), timeout=1):
        return True
    return False
