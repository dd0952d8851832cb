"""The daily purge of a serving site, in a background thread that answers never wait for.

Every serving process has one, and the lease in the database lets one of them purge. It works in small transactions
with a pause after each, ends when its process does, and is continued by another process.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, time, timedelta
from time import monotonic

from django.conf import settings
from django.db import connection
from django.utils import timezone
from typing_extensions import override

from ..database.looker import Looker
from ..database.outage import UNAVAILABLE
from ..models import PurgeLease
from ..turns.runner import runner
from ..upstream.failures import line
from . import purge

logger = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""How often the schedule is compared with the clock, first after the start: a missed purge is made up then."""
PAUSE_SECONDS = 0.02
"""The pause after each transaction, in which answers are stored."""
RENEW_SECONDS = 20.0
RETRY = timedelta(minutes=15)
"""The pause after a failure."""
LOG_IN_USE = "SQLite's write-ahead log is in use, and may still contain removed data"


class Ended(Exception):
    """The process ends, or another one has taken the lease."""


class Purger(Looker):
    """The thread that purges at ``PURGE_AT``."""

    task = "purge"
    seconds = LOOK_SECONDS

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self._done_for: datetime | None = None
        self._renewed_at = self._failed_at = float("-inf")

    @override
    def start(self) -> None:
        """Start the thread, unless ``PURGE_AT`` is ``never`` or it has been started."""
        if settings.PURGE_AT is not None:
            super().start()

    @override
    def look(self) -> bool:
        return self.purge_if_due()

    def purge_if_due(self) -> bool:
        """Purge if it is time and no other process does so. Log a failure, and try again later."""
        if settings.PURGE_AT is None:
            return False
        due = last_due(settings.PURGE_AT, timezone.now())
        if due == self._done_for or monotonic() < self._failed_at + RETRY.total_seconds():
            return False
        try:
            if PurgeLease.take(self._owner, due):
                return self._purge(due)
            self._done_for = due if PurgeLease.has_run(due) else None
        except UNAVAILABLE:
            pass  # other parts of the site log it
        finally:
            connection.close()  # not needed for a day
        return False

    def _purge(self, due: datetime) -> bool:
        try:
            self._renewed_at = monotonic()
            tally = purge.purge(rest=self._rest)
            if not purge.empty_log():
                return self._fail(LOG_IN_USE)
            PurgeLease.finish(self._owner, due)
        except Ended:
            PurgeLease.put_off(self._owner, timedelta(0))
            return False
        except Exception as error:  # whatever it is, the site goes on, and tries again
            return self._fail(line(error))
        logger.info("Purged: removed %s", tally)
        self._done_for = due
        return True

    def _rest(self) -> None:
        if self._end.wait(PAUSE_SECONDS):
            raise Ended
        if monotonic() > self._renewed_at + RENEW_SECONDS:
            self._renewed_at = monotonic()
            if not PurgeLease.renew(self._owner):
                raise Ended

    def _fail(self, reason: str) -> bool:
        minutes = RETRY // timedelta(minutes=1)
        logger.warning("The purge is not complete; the site will try again in %s minutes: %s", minutes, reason)
        self._failed_at = monotonic()
        connection.close()  # it may be broken
        with suppress(*UNAVAILABLE):  # then the lease lapses
            PurgeLease.put_off(self._owner, RETRY)
        return False


def last_due(at: time, now: datetime) -> datetime:
    """Return the last time before ``now`` at which the clock in ``TIME_ZONE`` has shown ``at``."""
    local = timezone.localtime(now, timezone.get_default_timezone())
    today = datetime.combine(local.date(), at, local.tzinfo)
    return today if today <= local else datetime.combine(local.date() - timedelta(days=1), at, local.tzinfo)


purger = Purger(runner.owner.name)
"""The purger of this process."""
