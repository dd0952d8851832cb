"""Rows that are sent to another service once each, and the claims of the processes that send them."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, QuerySet
from django.db.models.functions import Now

CLAIM = timedelta(minutes=1)
"""How long the first attempt may take before any process may retry; twice as long for each further attempt."""
LONGEST_CLAIM = timedelta(hours=1)
CLAIMS = 20
"""How many rows ``claim`` tries, as other processes may claim the first ones at the same time."""


class Export(models.Model):
    """A row that waits to be sent until ``exported_at`` is set."""

    attempts = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(db_default=Now())
    exported_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @classmethod
    def waiting(cls) -> QuerySet[Self]:
        """Return the rows that may be claimed now, in sending order, with the related rows that are sent."""
        return cls._default_manager.filter(exported_at=None, claimed_until__lte=Now()).order_by("pk")

    @classmethod
    def claim(cls) -> Self | None:
        """Claim the first waiting row for this caller alone, for a limited time; return None if there is none.

        Each claim of a row is longer than the one before, so that a server that refuses it is asked ever less often.
        """
        for export in cls.waiting()[:CLAIMS]:
            duration = min(CLAIM * 2 ** min(export.attempts, 10), LONGEST_CLAIM)
            unclaimed = cls._default_manager.filter(pk=export.pk, exported_at=None, attempts=export.attempts)
            if unclaimed.update(attempts=F("attempts") + 1, claimed_until=Now() + duration):
                return export
        return None

    def mark_sent(self) -> None:
        """Store that the other service has the row, unless it was purged meanwhile."""
        self.row(self).update(exported_at=Now())

    @classmethod
    def row(cls, export: Self) -> QuerySet[Self]:
        """Return a query set of this one row, or of none if it was purged."""
        return cls._default_manager.filter(pk=export.pk)
