"""Servers that the tests start for themselves: PostgreSQL, Redis and the site, each private, on a free port."""

from __future__ import annotations

import contextlib
import http.client
import os
import pwd
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0
STOP_SECONDS = 40.0


class Missing(Exception):
    """A program that is not installed. The message is the reason that the report gives, with the Debian package."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(f"{program} is not installed (apt-get install {package})")


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chromium() -> str:
    """The path of an installed Chromium or Chrome. Raises ``Missing``."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    for path in filter(None, map(shutil.which, names)):
        return path
    raise Missing("Chromium", "chromium")


class SiteProcess:
    """The site as a process of its own, with its own data and a free port. ``settings`` go into its environment.

    It serves on Daphne, or with ``SERVER="uvicorn"`` on uvicorn, and begins with the demo. Its database is SQLite in
    ``folder`` unless ``database_url`` names another, empty one. A process that is ``covered`` counts for
    the coverage, and takes twice as long.
    """

    def __init__(self, folder: Path, *, database_url: str = "", covered: bool = False, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url
        foreign: tuple[str, ...] = ("CHAT_", "PYTEST_", "PYTHONDONTWRITEBYTECODE")
        foreign += () if covered else ("COVERAGE_",)
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.environ |= {"HOST": "127.0.0.1", "PORT": str(self.port), "DATA_DIR": str(folder), "ENV_FILE": os.devnull}
        self.environ |= {"CHAT_QUESTIONS_PER_MINUTE": "100000", "SERVE_DRAIN_SECONDS": "1", "PYTHONUNBUFFERED": "1"}
        self.environ |= {"DATABASE_URL": database_url}
        self.environ |= settings
        self.process: subprocess.Popen[bytes] | None = None
        self._used_links: set[str] = set()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self, *command: str) -> Self:
        """Start it (``manage.py serve`` unless a command is given), again if need be, and wait until it serves."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                _mortal(command or (sys.executable, ROOT / "manage.py", "serve"), signal.SIGTERM),
                env=self.environ,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _wait_until(self._serves, self.process, self._log)
        return self

    def stop(self) -> int:
        """End it in order (SIGTERM), if it runs; returns its exit status."""
        return _end(self.process, signal.SIGTERM) if self.process else 0

    def kill(self) -> None:
        """``kill -9``: no warning, no last words."""
        if self.process:
            _end(self.process, signal.SIGKILL)

    @property
    def output(self) -> str:
        """Everything it has printed and logged."""
        return self._log.read_text(errors="replace")

    def manage(self, *arguments: str) -> str:
        """What a management command prints, run on this site's data."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(
            command, env=self.environ, cwd=self.folder, stdout=subprocess.PIPE, text=True, check=True, timeout=120
        )
        return done.stdout

    def status(self, path: str, *headers: tuple[str, str], peer: str = "127.0.0.1") -> int:
        """The status of what it answers to a GET with exactly these headers, from this address."""
        return self._get(path, headers, peer).status

    def cookie(self, *headers: tuple[str, str]) -> str:
        """The session that it begins for a request with these headers, as a browser sends it back."""
        set_cookies = self._get("/", headers, "127.0.0.1").headers.get_all("Set-Cookie") or []
        return "; ".join(value.partition(";")[0] for value in set_cookies)

    def _get(self, path: str, headers: Sequence[tuple[str, str]], peer: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS, source_address=(peer, 0))
        with contextlib.closing(connection):
            connection.putrequest("GET", path)
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders()
            return connection.getresponse()

    def sign_in_link(self, username: str = "demo") -> str:
        """A link that signs this user in, once."""
        printed = re.findall(r"http\S+/accounts/link/\S+", self.output)[-1:] if username == "demo" else []
        link = next(iter(set(printed) - self._used_links), "") or self.manage("sign_in_link", username).split()[-1]
        self._used_links.add(link)
        return link

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What a SELECT (with ``?`` as placeholders) finds in this site's database."""
        if self.database_url:
            import psycopg

            with psycopg.connect(self.database_url) as connection:
                return connection.execute(sql.replace("?", "%s").encode(), parameters).fetchall()
        with contextlib.closing(sqlite3.connect(self.folder / "chatsite.sqlite3")) as connection:
            return connection.execute(sql, parameters).fetchall()

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _serves(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/livez")
            return connection.getresponse().status < 500
        return False


# PostgreSQL and Redis


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
                _mortal(self._command, self.ending),
                **_identity(self._user),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _wait_until(lambda: _answers(self.url), self.process, Path(self._folder, "log"))

    def end(self, signal_number: int = 0) -> None:
        """End it with this signal, or in good order."""
        if self.process:
            _end(self.process, signal_number or self.ending)


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


def _mortal(command: Sequence[object], ending: int) -> list[str]:
    """The command, so that it is ended when we die without having ended it."""
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", signal.Signals(ending).name.removeprefix("SIG"), "--"] if setpriv else []
    return [*prefix, *map(str, command)]


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


def _wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
        if process.returncode is not None or time.monotonic() > deadline:
            _end(process, signal.SIGKILL)
            how = f"did not start (exit status {process.returncode})"
            raise RuntimeError(f"{process.args!r} {how}:\n{log.read_text(errors='replace')}")


def _end(process: subprocess.Popen[bytes], ending: int) -> int:
    if process.poll() is None:
        process.send_signal(ending)
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
