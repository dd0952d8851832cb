"""A thread of a serving process that looks for work in the database again and again; answers never wait for it."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod

from django.db import connection

from .outage import UNAVAILABLE, outage

logger = logging.getLogger(__name__)

FAILED_SECONDS = 60.0
"""The pause after a failure."""


class Looker(ABC):
    """Looks for work every ``seconds``. It is a daemon thread: it can die at any time, and another process goes on.

    ``task`` is what it does, as the log says it and as the thread is called.
    """

    task = ""
    seconds = 1.0

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._thread: threading.Thread | None = None
        self._end = threading.Event()

    def start(self) -> None:
        """Start the thread, unless it has been started."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self.task, daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Let the thread end after the transaction that it is in."""
        self._end.set()

    @abstractmethod
    def look(self) -> object:
        """Do what is to be done now. Whatever it raises, the next look comes."""

    def _run(self) -> None:
        while not self._end.wait(self.seconds):
            try:
                outage.fail_fast()
                self.look()
            except UNAVAILABLE:
                connection.close()  # it may be broken; other parts of the site log it
            except Exception:  # whatever it is, the site goes on, and tries again
                logger.exception("The site could not %s, and will try again", self.task)
                self._end.wait(FAILED_SECONDS)
            finally:
                if connection.vendor != "sqlite":
                    connection.close()  # back to the pool
        connection.close()
