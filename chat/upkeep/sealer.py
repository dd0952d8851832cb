"""Keeps the log of accesses: seals new events, and adds what nobody has noticed, in a thread nobody waits for.

Every serving process has one, and the lease in the database lets one of them seal. A look that finds nothing is one
query by index, and writes nothing.
"""

from __future__ import annotations

import logging
import threading
from time import monotonic

from django.db import connection

from ..accounts.reviewers import record_unnoticed
from ..database.outage import UNAVAILABLE, outage
from ..models.access.sealing import BATCH, last_settled, seal_new
from ..models.reviewer_changes import Change
from ..turns.runner import runner

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
SETTLE_SECONDS = 60.0
"""How often events that are sealed and old enough are left out of the looks that follow."""
FULL_LOOK_SECONDS = 3600.0
"""How often all events are looked at nevertheless."""
FAILED_SECONDS = 60.0


class Sealer:
    """A thread that seals. It is a daemon thread: it can die at any time, and another process goes on."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._thread: threading.Thread | None = None
        self._end = threading.Event()
        self._after = 0
        self._unnoticed = set[Change]()
        self._settled_at, self._full_look_at = float("-inf"), monotonic()

    def start(self) -> None:
        """Start the thread, unless it has been started."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="seal", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Let the thread end after the transaction that it is in."""
        self._end.set()

    def look(self) -> int:
        """Seal new events, unless another process may do so now; return how many were sealed."""
        sealed = 0
        while count := seal_new(self._owner, self._after):
            sealed += count
            if count < BATCH or self._end.is_set():
                return sealed
        if count == 0 and monotonic() > self._settled_at + SETTLE_SECONDS:
            self._settle()
        return sealed

    def _settle(self) -> None:
        """Leave out what is sealed and old from now on; every hour, look at everything once more before.

        Meanwhile, look for changes of who may review.
        """
        now = monotonic()
        self._unnoticed = record_unnoticed(self._owner, self._unnoticed)
        if now > self._full_look_at + FULL_LOOK_SECONDS:
            self._full_look_at, self._after, self._settled_at = now, 0, float("-inf")
        else:
            self._settled_at, self._after = now, last_settled()

    def _run(self) -> None:
        while not self._end.wait(LOOK_SECONDS):
            try:
                outage.fail_fast()
                self.look()
            except UNAVAILABLE:
                connection.close()  # it may be broken; other parts of the site log it
            except Exception:  # whatever it is, the site goes on, and tries again
                logger.exception("The log of accesses could not be sealed; the site will try again")
                self._end.wait(FAILED_SECONDS)
            finally:
                if connection.vendor != "sqlite":
                    connection.close()  # back to the pool
        connection.close()


sealer = Sealer(runner.owner.name)
"""The sealer of this process."""
