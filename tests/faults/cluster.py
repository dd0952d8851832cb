"""The set-ups of the fault suite: one process on SQLite, or three processes on PostgreSQL and Redis."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.support.processes import ROOT, free_port
from tests.support.servers import ServerProcess, postgresql_server, redis_server
from tests.support.site_process import SiteProcess

from ..support.upstream import Upstream
from .history import StoredTurn, read_calls
from .paced import LOG_VARIABLE
from .page import Address, Person

SQLITE, SCALED = "sqlite", "scaled"
SETUPS = (SQLITE, SCALED)
PROCESSES = {SQLITE: 1, SCALED: 3}
PEOPLE_AT_ONCE = 60
SILENCE_SECONDS = 5.0
"""CHAT_FIRST_TOKEN_SECONDS and CHAT_IDLE_SECONDS of the sites; 30 s by default."""
_SIGN_IN = """
import json
from django.conf import settings
from django.contrib.auth.models import User
from tests.support.sockets import sign_in
from chat.models import LoginSession
people = []
for number in range({first}, {first} + {count}):
    user = User.objects.create(username=f"person-{{number}}")
    for device in "ab":
        login = LoginSession.objects.create(user=user)
        cookie = f"{{settings.SESSION_COOKIE_NAME}}={{sign_in(user, login)}}"
        people.append([user.username, cookie, login.pk])
print(json.dumps(people))
"""
_TURNS = """
SELECT t.id, t.uuid, t.request_id, t.login_session_id, t.conversation_id, t.question, t.state, t.seq, t.answer,
       t.chunk_lengths, (SELECT COUNT(*) FROM chat_chunk c WHERE c.turn_id = t.id), t.finish_reason, t.failure,
       t.stop_seen, t.recordings
FROM chat_turn t WHERE t.login_session_id IN ({places}) ORDER BY t.id
"""
_CITED = """
SELECT c.turn_id, c.recording_uuid, c.number FROM chat_citation c JOIN chat_turn t ON t.id = c.turn_id
WHERE c.cited AND t.login_session_id IN ({places}) ORDER BY c.turn_id, c.number
"""


class Cluster:
    """The sites of one set-up, with their users. ``log`` is the file in which the model logs its calls.

    Each site has its own data folder, as on a separate host: it learns only from the lease that another has died.
    """

    def __init__(
        self,
        setup: str,
        folder: Path,
        sites: list[SiteProcess],
        servers: dict[str, ServerProcess],
        upstream_port: int,
    ) -> None:
        self.setup, self.folder, self.sites, self.servers = setup, folder, sites, servers
        self.upstream_port = upstream_port
        self.upstream: Upstream | None = None
        self.warm: set[int] = set()
        self.log = folder / "calls"
        self.database_file = sites[0].folder / "chatsite.sqlite3"
        self.paused: set[SiteProcess] = set()
        self.leaving: set[SiteProcess] = set()
        self._people: list[tuple[Person, Person]] = []
        self._made = 0
        self._sign_in_lock = asyncio.Lock()
        self._turn = 0

    def address(self, site: SiteProcess | None = None) -> Address:
        """Return the address of this site, or of the next serving one, as a load balancer would."""
        if site is None:
            self._turn += 1
            serving = [site for site in self.sites if self.serves(site)] or self.sites
            site = serving[self._turn % len(serving)]
        return Address(site.port, site.url)

    def serves(self, site: SiteProcess) -> bool:
        """Return whether a site is running, not paused, and not shutting down."""
        is_running = site.process is not None and site.process.poll() is None
        return is_running and site not in self.paused and site not in self.leaving

    def driver_of(self, question: str) -> SiteProcess:
        """Return the site whose process answers a question, according to the log of model calls."""
        calls = [call for call in read_calls(self.log) if call.question == question]
        pid = calls[-1].pid
        return next(site for site in self.sites if pid_of(site) == pid)

    def other_than(self, site: SiteProcess) -> SiteProcess:
        """Return another serving site, or the same one if there is none."""
        return next((other for other in self.sites if other is not site and self.serves(other)), site)

    async def people(self) -> tuple[Person, Person]:
        """Return a new user, signed in with two browsers."""
        async with self._sign_in_lock:
            if not self._people:
                await asyncio.to_thread(self._sign_in)
            return self._people.pop()

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT in the database."""
        return self.sites[0].rows(sql, *parameters)

    def recordings(self, titled: str) -> list[str]:
        """Return the ids of the demo recordings with a word in their title."""
        by_title = "SELECT uuid FROM chat_recording WHERE title LIKE ? ORDER BY title"
        return [_uuid(name) for (name,) in self.rows(by_title, f"%{titled}%")]

    def turns_of(self, logins: list[int]) -> list[StoredTurn]:
        """Return all turns of these login sessions."""
        places = ", ".join("?" * len(logins))
        cited: dict[int, list[tuple[str, int]]] = {}
        for turn, recording, number in self.rows(_CITED.format(places=places), *logins):
            cited.setdefault(turn, []).append((_uuid(recording), number))
        return [_stored(row, cited.get(row[0], [])) for row in self.rows(_TURNS.format(places=places), *logins)]

    def state_of(self, turn: str) -> str:
        """Return the state of a turn; empty if it does not exist."""
        name = turn if self.setup == SCALED else UUID(turn).hex
        rows = self.rows("SELECT state FROM chat_turn WHERE uuid = ?", name)
        return str(rows[0][0]) if rows else ""

    def output(self) -> str:
        """Return the output of all sites."""
        return "".join(site.output for site in self.sites)

    def write_to_database(self, sql: str, *parameters: object) -> None:
        """Write to the database directly, as an operator would."""
        if self.setup == SCALED:
            import psycopg

            with psycopg.connect(self.sites[0].database_url, autocommit=True) as connection:
                connection.execute(sql.replace("?", "%s").encode(), parameters)
        else:
            with contextlib.closing(sqlite3.connect(self.database_file, timeout=10)) as connection:
                connection.execute(sql, parameters)
                connection.commit()

    def _sign_in(self) -> None:
        script = _SIGN_IN.format(first=self._made, count=PEOPLE_AT_ONCE)
        self._made += PEOPLE_AT_ONCE
        command = [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", script]
        done = subprocess.run(
            command, cwd=ROOT, env=self.sites[0].environ, stdout=subprocess.PIPE, text=True, check=True, timeout=120
        )
        made = [Person(*each) for each in json.loads(done.stdout)]
        self._people = list(zip(made[::2], made[1::2], strict=True))


@contextmanager
def cluster(setup: str, **settings: str) -> Iterator[Cluster]:
    """Run the sites and servers of a set-up. Raise ``Missing`` if a program is not installed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"chatsite-faults-{setup}-")))
        servers: dict[str, ServerProcess] = {}
        upstream_port = free_port()
        shared = {
            "CHAT_MODEL": "python:tests.faults.paced:scripted",
            LOG_VARIABLE: str(folder / "calls"),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "CHAT_FIRST_TOKEN_SECONDS": str(SILENCE_SECONDS),
            "CHAT_IDLE_SECONDS": str(SILENCE_SECONDS),
            "OPENAI_BASE_URL": f"http://127.0.0.1:{upstream_port}/v1",
            "CHAT_COMMANDS_PER_MINUTE": "100000",
            "CHAT_SOCKETS_PER_USER": "1000",
            "SERVE_DRAIN_SECONDS": "1",
            "PYTHONPATH": str(ROOT),
            "REDIS_URL": "",
        }
        url = ""
        shared["DATABASE_URL"] = ""
        if setup == SCALED:
            servers["redis"] = stack.enter_context(redis_server())
            # As in production, a confirmed commit must survive the server's process.
            servers["postgresql"] = stack.enter_context(postgresql_server(synchronous_commit="on"))
            url = servers["postgresql"].url
            shared |= {"REDIS_URL": servers["redis"].url, "DATABASE_URL": url}
        sites = [
            SiteProcess(_folder(folder, number), database_url=url, covered=False, warm=False, **(shared | settings))
            for number in range(PROCESSES[setup])
        ]
        sites[0].manage("prepare")
        for site in sites:
            stack.callback(end, site)
            site.start()
        yield Cluster(setup, folder, sites, servers, upstream_port)


def pid_of(site: SiteProcess) -> int:
    """Return the process id of a running site."""
    assert site.process
    return site.process.pid


def end(site: SiteProcess) -> None:
    """Stop a site, even if it is paused."""
    if site.process and site.process.poll() is None:
        site.process.send_signal(signal.SIGCONT)
    site.stop()


async def until(holds: Callable[[], Any], seconds: float, every: float = 0.05) -> float:
    """Poll until a condition holds, and return the seconds that it took. Raise ``TimeoutError``."""
    begun = time.monotonic()
    while not await asyncio.to_thread(holds):
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"not within {seconds} s")
        await asyncio.sleep(every)
    return time.monotonic() - begun


def _folder(folder: Path, number: int) -> Path:
    path = folder / f"site{number}"
    path.mkdir()
    return path


def _stored(row: tuple[Any, ...], cited: list[tuple[str, int]]) -> StoredTurn:
    number, uuid, request, login, conversation, question, state, seq, answer, lengths, chunks, *rest = row
    finish_reason, failure, stop_seen, recordings = rest
    return StoredTurn(
        number=number,
        uuid=_uuid(uuid),
        request_id=_uuid(request),
        login_session=login,
        conversation=conversation,
        question=question,
        state=state,
        seq=seq,
        answer=answer,
        lengths=_json(lengths),
        chunks=chunks,
        finish_reason=finish_reason,
        failure=failure,
        stop_seen=stop_seen,
        filter=[recording["id"] for recording in _json(recordings)],
        cited=[recording for recording, _ in cited],
        numbers=[number for _, number in cited],
    )


def _uuid(value: object) -> str:
    """Return a UUID in its usual form; SQLite stores 32 hexadecimal digits."""
    return str(UUID(str(value)))


def _json(value: Any) -> Any:  # SQLite returns the text, PostgreSQL the parsed value
    return json.loads(value) if isinstance(value, str) else value
