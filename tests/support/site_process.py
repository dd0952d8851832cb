"""A private site as a separate process, on a free port."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from .collected import bring_static_files
from .processes import ROOT, START_SECONDS, end_process, free_port, mortal, wait_until
from .warm import WarmProcess, start_warm


class SiteProcess:
    """A site as a separate process, with its own data and a free port. ``settings`` go into its environment.

    It serves on Daphne, or with ``SERVER="uvicorn"`` on uvicorn, and starts with the demo. Its database is SQLite in
    ``folder`` unless ``database_url`` names another, empty one. Its static files are those of the test run, unless it
    ``collects`` them itself. A ``covered`` process is traced for coverage, and takes twice as long. A ``warm`` one is a
    fork of an interpreter that has imported the packages, and starts in half of the time.
    """

    def __init__(
        self, folder: Path, *, database_url: str = "", covered: bool = False, warm: bool = False, **settings: str
    ) -> None:
        self.folder = folder
        self.collects, self.warm = False, warm
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url
        foreign: tuple[str, ...] = ("CHAT_", "PYTEST_", "PYTHONDONTWRITEBYTECODE")
        foreign += () if covered else ("COVERAGE_",)
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.environ |= {"HOST": "127.0.0.1", "PORT": str(self.port), "DATA_DIR": str(folder), "ENV_FILE": os.devnull}
        self.environ |= {"CHAT_QUESTIONS_PER_MINUTE": "100000", "SERVE_DRAIN_SECONDS": "1", "PYTHONUNBUFFERED": "1"}
        self.environ |= {"DATABASE_URL": database_url, "PURGE_AT": "never", "CHAT_TITLES": "false"}
        self.environ |= settings
        self.process: subprocess.Popen[bytes] | WarmProcess | None = None
        self._used_links: set[str] = set()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self, *command: str) -> Self:
        """Start or restart it (by default with ``manage.py serve``), and wait until it serves."""
        self._bring_static_files()
        is_warm = self.warm and not command and not {"LD_PRELOAD", "PYTHONPATH"} & self.environ.keys()
        if is_warm:
            self.process = start_warm(["serve"], self.environ, self._log, self.folder)
        else:
            self.process = self._start_cold(command)
        wait_until(self._serves, self.process, self._log)
        return self

    def _start_cold(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                mortal(command or (sys.executable, ROOT / "manage.py", "serve"), signal.SIGTERM),
                env=self.environ,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self) -> int:
        """Stop it in an orderly way (SIGTERM), if it is running, and return its exit status."""
        return end_process(self.process, signal.SIGTERM) if self.process else 0

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        if self.process:
            end_process(self.process, signal.SIGKILL)

    @property
    def output(self) -> str:
        """Everything that it has printed and logged."""
        return self._log.read_text(errors="replace")

    def manage(self, *arguments: str) -> str:
        """Run a management command on this site's data, and return what it prints."""
        self._bring_static_files()
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(
            command, env=self.environ, cwd=self.folder, stdout=subprocess.PIPE, text=True, check=True, timeout=120
        )
        return done.stdout

    def status(self, path: str, *headers: tuple[str, str], peer: str = "127.0.0.1") -> int:
        """Return the status of its response to a GET with exactly these headers, from this address."""
        return self._get(path, headers, peer).status

    def cookie(self, *headers: tuple[str, str]) -> str:
        """Return the cookies that it sets for a request with these headers, as a browser sends them back."""
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

    @property
    def secret_key(self) -> str:
        """The key that it signs with."""
        return self.environ.get("SECRET_KEY") or (self.folder / "secret_key").read_text()

    def sign_in_link(self, username: str = "demo") -> str:
        """Return a one-time link that signs this user in."""
        printed = set(self._printed_links[-1:]) if username == "demo" else set()
        link = next(iter(printed - self._used_links), "") or self.manage("sign_in_link", username).split()[-1]
        self._used_links.add(link)
        return link

    def note_sign_in(self) -> None:
        """Note that somebody signs in by another link: those that it has printed may no longer work."""
        self._used_links.update(self._printed_links)

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT (with ``?`` as placeholders) in this site's database."""
        if self.database_url:
            import psycopg

            with psycopg.connect(self.database_url) as connection:
                return connection.execute(sql.replace("%", "%%").replace("?", "%s").encode(), parameters).fetchall()
        with contextlib.closing(sqlite3.connect(self.folder / "chatsite.sqlite3")) as connection:
            return connection.execute(sql, parameters).fetchall()

    def _bring_static_files(self) -> None:
        if not self.collects:
            bring_static_files(self.folder)

    @property
    def _printed_links(self) -> list[str]:
        return re.findall(r"http\S+/accounts/link/\S+", self.output)

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _serves(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/livez")
            return connection.getresponse().status < 500
        return False
