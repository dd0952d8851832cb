"""Outages of the database (locked, full, read-only, restarting or gone): how they are recognised and logged."""

from __future__ import annotations

import logging
from time import monotonic

from django.db import InterfaceError, InternalError, OperationalError

logger = logging.getLogger(__name__)

UNAVAILABLE = (OperationalError, InterfaceError, InternalError)
"""The errors of an outage. Unlike after other database errors, the same work may succeed a little later."""
LOG_SECONDS = 60.0
"""The least time between two log lines about an outage: every token of every answer runs into it."""
AWAY_SECONDS = 1.0
"""How long all work fails at once, instead of waiting for a connection, after an attempt to connect has failed."""


class Away(OperationalError):
    """Work was refused without an attempt, because an attempt to connect has failed a moment ago."""


class Outage:
    """The outages of the database that this process has seen."""

    def __init__(self) -> None:
        self._logged_at = self._away_at = float("-inf")
        self.is_held = False
        """Whether no work may use the database yet, because it did not answer when the process started."""

    def hold(self) -> None:
        """Let all work fail until ``release``: the database is not prepared, and its tables may be missing."""
        self.is_held = True

    def release(self) -> None:
        self.is_held = False

    def record(self, error: Exception, *, is_away: bool = False) -> None:
        """Record an outage and log it, at most every ``LOG_SECONDS``; ``is_away`` if not even a connection was made."""
        now = monotonic()
        if is_away:
            self._away_at = now
        if now - self._logged_at > LOG_SECONDS and not self.is_held:  # the start has said so
            self._logged_at = now
            logger.warning("The database cannot be used; work that needs it is refused or retried: %r", error)

    def fail_fast(self) -> None:
        """Raise ``OperationalError`` on hold, or ``Away`` if connecting failed less than ``AWAY_SECONDS`` ago.

        Waiting for a connection takes seconds and a thread, and there are few threads: a question would wait behind
        everything that only polls, instead of being refused.
        """
        if self.is_held:
            raise OperationalError("the database has not answered since the start of the process")
        if monotonic() - self._away_at < AWAY_SECONDS:
            raise Away("could not connect to the database a moment ago")


outage = Outage()
"""The record that all parts of this process share."""


def first_line(error: Exception) -> str:
    """Return the first line of a database's error, without the rest, which repeats it for each address."""
    return next(iter(str(error).splitlines()), "no answer")


def cause_of(error: BaseException | None) -> Exception | None:
    """Return the outage that an error is, or was caused by; None if it has another cause."""
    while error:
        if isinstance(error, UNAVAILABLE):
            return error
        error = error.__cause__ or error.__context__
    return None
