"""The steps before this process may use its database, done at once or, while PostgreSQL does not answer, later."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from threading import Thread

from django.conf import settings
from django.db import DatabaseError, connection

from ..database.outage import UNAVAILABLE, first_line, outage
from ..invitations.first_run import first_run_lines
from ..upkeep.preparation import NewerDatabase, close_abandoned, collect_static_files, prepare
from .serving_lock import ServingLock, Taken, connect

RETRY_SECONDS = 1.0

_REFUSED = re.compile(r"does not exist|authentication failed|no pg_hba\.conf entry|no password supplied")
"""What PostgreSQL says to a wrong address, in English; anything else may pass by itself."""


class CannotOpen(Exception):
    """The database cannot be used, and waiting would not help. The message says what to do."""


class Opening:
    """Takes the lock of the database, prepares it, and closes the turns that nobody drives.

    If PostgreSQL does not answer, ``wait`` tries again in a thread, while the site already serves: its pages say that
    it is not available.
    """

    def __init__(self, lock: ServingLock, *, lock_seconds: float, on_wait: Callable[[], None]) -> None:
        self.failure = ""
        self._lock = lock
        self._lock_seconds = lock_seconds
        self._on_wait = on_wait

    def open(self) -> list[str]:
        """Return the lines to print. Raise ``CannotOpen``, or one of ``UNAVAILABLE`` if PostgreSQL does not answer."""
        try:
            if connection.vendor == "postgresql":
                connect().close()  # its error says more than that of the pool, which also takes five seconds
            self._lock.acquire(self._lock_seconds, on_wait=self._on_wait)
            lines = [*prepare(), *first_run_lines()]
            if not settings.REDIS_URL:
                close_abandoned()
        except (Taken, NewerDatabase) as error:
            raise CannotOpen(str(error)) from None
        except DatabaseError as error:
            if connection.vendor == "postgresql" and isinstance(error, UNAVAILABLE) and not _REFUSED.search(str(error)):
                raise
            hint = "correct DATABASE_URL, or what it names" if os.environ.get("DATABASE_URL") else "see DATA_DIR"
            raise CannotOpen(f"The database cannot be used: {first_line(error)}; {hint}") from None
        return lines

    def wait(self, on_open: Callable[[list[str]], None]) -> None:
        """Keep all work away from the database, and try to open it until that succeeds. Return at once.

        If it turns out that waiting does not help, set ``failure`` and end the process as SIGTERM does.
        """
        outage.hold()
        collect_static_files()
        Thread(target=self._open_later, args=(on_open,), daemon=True, name="opening").start()

    def _open_later(self, on_open: Callable[[list[str]], None]) -> None:
        while True:
            time.sleep(RETRY_SECONDS)
            try:
                lines = self.open()
            except UNAVAILABLE:
                continue
            except CannotOpen as error:
                self.failure = str(error)
                os.kill(os.getpid(), signal.SIGTERM)
                return
            finally:
                connection.close()
            outage.release()
            on_open(lines)
            return


def place() -> str:
    """Return host and port of the database, for messages; without its user and password."""
    database = connection.settings_dict
    return f"{database['HOST'] or 'localhost'}:{database['PORT'] or 5432}"
