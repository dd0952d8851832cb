"""Rows that are sent to another service once each: who is about to send one, and what is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, QuerySet
from django.db.models.functions import Now

CLAIM = timedelta(minutes=1)
"""How long a first attempt may take before somebody else makes the next one; each attempt has twice as long."""
LONGEST_CLAIM = timedelta(hours=1)
CLAIMS = 20
"""Rows that one claim tries, where other processes claim at the same moment."""


class Export(models.Model):
    """A row that waits to be sent, until ``exported_at``."""

    attempts = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(db_default=Now())
    exported_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @classmethod
    def waiting(cls) -> QuerySet[Self]:
        """What may be claimed now, in the order in which it is sent, with what is sent."""
        return cls._default_manager.filter(exported_at=None, claimed_until__lte=Now()).order_by("pk")

    @classmethod
    def claim(cls) -> Self | None:
        """The first that waits to be sent, claimed by this caller alone for some time; None when there is none.

        Each attempt has more time than the one before, so that a server that refuses a row is left alone with it.
        """
        for export in cls.waiting()[:CLAIMS]:
            patience = min(CLAIM * 2 ** min(export.attempts, 10), LONGEST_CLAIM)
            unclaimed = cls._default_manager.filter(pk=export.pk, exported_at=None, attempts=export.attempts)
            if unclaimed.update(attempts=F("attempts") + 1, claimed_until=Now() + patience):
                return export
        return None

    def sent(self) -> None:
        """The other service has it. What was purged meanwhile stays so."""
        self.row(self).update(exported_at=Now())

    @classmethod
    def row(cls, export: Self) -> QuerySet[Self]:
        """The row of one of them, which may be gone."""
        return cls._default_manager.filter(pk=export.pk)
