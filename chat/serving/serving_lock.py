"""One process serves a database, unless Redis carries the nudges between several.

Without it nobody who reads in one process would learn at once of what the other writes. So a second process does not
start; but it waits for one that is about to end, as in a restart.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from django.conf import settings
from django.db import connection

LIVE_SECONDS = 10
"""A process that serves asks its database something every two seconds."""
RETRY_SECONDS = 0.25
IDLE_SECONDS = 5
"""How long a transaction of a serving process may do nothing on PostgreSQL: less than a lease. None does for long."""
PREFIX = "chatsite-serve-"
"""How the names of the connections of serving processes begin."""

_ADVISORY_LOCK = 0x73746172  # "star": the same number in every process, otherwise without meaning
_LIVE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE %s
        AND greatest(backend_start, query_start, state_change) > clock_timestamp() - %s * interval '1 second'
"""


class Taken(Exception):
    """Another process serves the same database. The message says what to do."""


class ServingLock:
    """The lock of the one process that serves a database; with Redis many may hold it.

    On SQLite it is a file beside the database that is locked for as long as the process lives. On PostgreSQL, which may
    serve several hosts, whoever serves is seen among its connections, by name and by being used; an advisory lock
    lets processes look one after the other.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._starter: Any = None  # a connection of psycopg, which may not be installed

    def acquire(self, seconds: float, *, on_wait: Callable[[], None] = lambda: None) -> None:
        """Take the lock, waiting for it at most ``seconds``; call ``on_wait`` before waiting. Raise ``Taken``."""
        if not settings.REDIS_URL:
            is_free = self._lock_file if connection.vendor == "sqlite" else self._is_nobody_connected
            if not _comes_true(is_free, seconds, on_wait):
                self.release()
                raise Taken(
                    "Another process serves this database, and without Redis the two would not hear of each other."
                    " End the other one, or set REDIS_URL for both."
                )
        # What libpq takes as the name of every connection that it opens from now on.
        os.environ["PGAPPNAME"] = f"{PREFIX}{socket.gethostname()[:20]}-{os.getpid()}-{uuid4().hex[:8]}"
        # A process that stands still within a transaction, or is gone with its host, holds up the others no longer.
        os.environ.setdefault("PGOPTIONS", f"-c idle_in_transaction_session_timeout={IDLE_SECONDS}s")

    def mark_serving(self) -> None:
        """Close the connection that held the advisory lock: this process is seen among the connections now."""
        if self._starter:
            self._starter.close()
            self._starter = None

    def release(self) -> None:
        """Give the lock back; the end of the process does so, too."""
        self.mark_serving()
        if self._file:
            self._file.close()
            self._file = None

    def _lock_file(self) -> bool:
        path = Path(f"{settings.DATABASES['default']['NAME']}.serving")
        self._file = self._file or path.open("wb")  # kept open: closing it gives the lock back
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _is_nobody_connected(self) -> bool:
        self._starter = self._starter or _connect()
        [is_first] = self._starter.execute("SELECT pg_try_advisory_lock(%s)", [_ADVISORY_LOCK]).fetchone()
        [others] = self._starter.execute(_LIVE, [f"{PREFIX}%", LIVE_SECONDS]).fetchone()
        return bool(is_first and not others)


def _connect() -> Any:
    import psycopg

    parameters = {**connection.get_connection_params(), "application_name": "chatsite-start"}
    password = connection.settings_dict["OPTIONS"]["pool"].get("conninfo", str)  # where each connection has its own
    with connection.wrap_database_errors:
        return psycopg.connect(password(), **parameters, autocommit=True)


def _comes_true(is_so: Callable[[], bool], seconds: float, on_wait: Callable[[], None]) -> bool:
    if is_so():
        return True
    on_wait()
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        time.sleep(RETRY_SECONDS)
        if is_so():
            return True
    return False
