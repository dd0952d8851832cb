"""The erasures of a serving site, in a background thread that answers never wait for.

Every serving process has one, and the lease of an erasure lets one of them work on it. If that dies, another continues.
"""

from __future__ import annotations

import logging
import threading

from django.db import connection

from ..database.outage import UNAVAILABLE, outage
from ..models import SpeakerErasure
from ..turns.runner import runner
from .erase import erase

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
PAUSE_SECONDS = 0.02
"""The pause after each transaction, in which answers are stored."""
FAILED_SECONDS = 60.0


class Ended(Exception):
    """The process ends."""


class Eraser:
    """A thread that erases. It is a daemon thread: it can die at any time."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._thread: threading.Thread | None = None
        self._end = threading.Event()

    def start(self) -> None:
        """Start the thread, unless it has been started."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="erase", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Let the thread end after the transaction that it is in."""
        self._end.set()

    def look(self) -> None:
        """Do what is not finished and what no other process does."""
        for erasure in SpeakerErasure.objects.unfinished():
            try:
                erase(erasure, self._owner, self._rest)
            except Ended:
                erasure.release(self._owner)
                return
            except UNAVAILABLE:
                raise
            except Exception:  # the others go on, and this one when its lease has ended
                logger.exception("A speaker could not be erased; the site will try again")
                connection.close()
                erasure.postpone(self._owner)

    def _run(self) -> None:
        while not self._end.wait(LOOK_SECONDS):
            try:
                outage.fail_fast()
                self.look()
            except UNAVAILABLE:
                connection.close()  # it may be broken; other parts of the site log it
            except Exception:  # whatever it is, the site goes on, and tries again
                logger.exception("A speaker could not be erased; the site will try again")
                self._end.wait(FAILED_SECONDS)
            finally:
                if connection.vendor != "sqlite":
                    connection.close()  # back to the pool
        connection.close()

    def _rest(self) -> None:
        if self._end.wait(PAUSE_SECONDS):
            raise Ended


eraser = Eraser(f"{runner.owner.name} erases")
"""The eraser of this process."""
