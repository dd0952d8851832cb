"""The database is locked, full, read-only, restarting or gone: how that is told apart, and told of, once."""

from __future__ import annotations

import logging
from time import monotonic

from django.db import InterfaceError, InternalError, OperationalError

logger = logging.getLogger(__name__)

UNAVAILABLE = (OperationalError, InterfaceError, InternalError)
"""What is raised then. The same work may succeed a little later, unlike after the other database errors."""
LOG_SECONDS = 60.0
"""An outage is told of no more often: every token of every answer meets it."""
AWAY_SECONDS = 1.0
"""How long nobody else waits for a connection after one could not be had."""


class Outage:
    """What this process knows of the state of its database."""

    def __init__(self) -> None:
        self._told_at = self._away_at = float("-inf")

    def noticed(self, error: Exception, *, is_away: bool = False) -> None:
        """Something could not be done; ``is_away`` when not even a connection could be had."""
        now = monotonic()
        if is_away:
            self._away_at = now
        if now - self._told_at > LOG_SECONDS:
            self._told_at = now
            logger.warning("The database cannot be used; what needs it is refused or tried again: %r", error)

    def fail_fast(self) -> None:
        """Raise ``OperationalError`` when a connection could not be had a moment ago.

        Waiting for one takes seconds and a thread, and there are few threads: without this a question would wait
        behind everything that only looks for news, instead of being refused.
        """
        if monotonic() - self._away_at < AWAY_SECONDS:
            raise OperationalError("no connection could be had a moment ago")


outage = Outage()
"""What all parts of this process report to."""


def behind(error: BaseException | None) -> Exception | None:
    """The outage that an error comes from, itself or by a detour; None when it has another cause."""
    while error:
        if isinstance(error, UNAVAILABLE):
            return error
        error = error.__cause__ or error.__context__
    return None
