"""A lock that lets one process serve a database, unless Redis carries the nudges between several.

Without Redis, readers in one process would not be nudged about what another process writes. So a second process does
not start, but it waits for one that is about to end, as in a restart.
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
"""A connection unused for longer has no live process: a serving one queries its database every two seconds."""
RETRY_SECONDS = 0.25
IDLE_SECONDS = 5
"""Abort a serving process's transaction that has been idle this long: shorter than a lease. Ours never are."""
PREFIX = "chatsite-serve-"
"""The prefix of the connection names of serving processes."""

_ADVISORY_LOCK = 0x73746172  # "star": an arbitrary number, the same in every process
_LIVE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE %s
        AND greatest(backend_start, query_start, state_change) > clock_timestamp() - %s * interval '1 second'
"""


class Taken(Exception):
    """Another process is serving the same database. The message says what to do."""


class ServingLock:
    """The lock of the one process that serves a database; with Redis many processes may hold it.

    On SQLite it is a file beside the database, locked while the process lives. On PostgreSQL, which several hosts may
    use, a serving process is recognised by connections that have its name and were used recently; an advisory lock
    makes starting processes check one after the other.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._starter: Any = None  # a connection of psycopg, which may not be installed

    def acquire(self, seconds: float, *, on_wait: Callable[[], None] = lambda: None) -> None:
        """Take the lock, or raise ``Taken`` after waiting for ``seconds``. Call ``on_wait`` before waiting."""
        if not settings.REDIS_URL:
            is_free = self._lock_file if connection.vendor == "sqlite" else self._is_nobody_connected
            if not _becomes_true(is_free, seconds, on_wait):
                self.release()
                raise Taken(
                    "Another process is serving this database, and without Redis the two cannot notify each other."
                    " Stop the other one, or set REDIS_URL for both."
                )
        # libpq gives this name to every connection that it opens from now on.
        os.environ["PGAPPNAME"] = f"{PREFIX}{socket.gethostname()[:20]}-{os.getpid()}-{uuid4().hex[:8]}"
        # Otherwise the transaction of a process that hangs, or whose host is gone, would block the others.
        os.environ.setdefault("PGOPTIONS", f"-c idle_in_transaction_session_timeout={IDLE_SECONDS}s")

    def mark_serving(self) -> None:
        """Close the connection that holds the advisory lock: the process now has connections with its name."""
        if self._starter:
            self._starter.close()
            self._starter = None

    def release(self) -> None:
        """Release the lock, as the end of the process does, too."""
        self.mark_serving()
        if self._file:
            self._file.close()
            self._file = None

    def _lock_file(self) -> bool:
        path = Path(f"{settings.DATABASES['default']['NAME']}.serving")
        self._file = self._file or path.open("wb")  # kept open: closing it releases the lock
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _is_nobody_connected(self) -> bool:
        self._starter = self._starter or connect()
        [is_first] = self._starter.execute("SELECT pg_try_advisory_lock(%s)", [_ADVISORY_LOCK]).fetchone()
        [live_connections] = self._starter.execute(_LIVE, [f"{PREFIX}%", LIVE_SECONDS]).fetchone()
        return bool(is_first and not live_connections)


def connect() -> Any:
    """Return a connection of psycopg to the database, outside of any pool. Raise Django's ``OperationalError``."""
    import psycopg

    parameters = {**connection.get_connection_params(), "application_name": "chatsite-start"}
    password = connection.settings_dict["OPTIONS"]["pool"].get("conninfo", str)  # if each connection needs its own
    with connection.wrap_database_errors:
        return psycopg.connect(password(), **parameters, autocommit=True)


def _becomes_true(condition: Callable[[], bool], seconds: float, on_wait: Callable[[], None]) -> bool:
    if condition():
        return True
    on_wait()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(RETRY_SECONDS)
        if condition():
            return True
    return False
