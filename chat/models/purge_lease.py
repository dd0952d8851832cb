"""The daily purge of a database: for which time it has run, and which process may run it now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

LEASE = timedelta(minutes=2)
"""How long a process may purge without renewing its lease, by the database's clock."""


class PurgeLease(models.Model):
    """The lease of the one process that purges, however many serve the database; the table has this one row.

    ``ran_for`` is the scheduled time of the last complete purge, not the time when it ended: the clocks of several
    hosts differ, and one that is ahead would purge twice.
    """

    owner = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField(db_default=Now())
    ran_for = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_purge_lease")]

    def __str__(self) -> str:
        return f"purge of {self.ran_for}, owner {self.owner or 'nobody'}"

    @classmethod
    def take(cls, owner: str, due: datetime) -> bool:
        """Let ``owner`` purge for the time ``due``; False if another process does so now, or has done so."""
        if not cls.objects.exists():
            PurgeLease.objects.bulk_create([PurgeLease(pk=1)], ignore_conflicts=True)
        free = cls.objects.filter(Q(ran_for=None) | Q(ran_for__lt=due), expires_at__lte=Now())
        return free.exists() and bool(free.update(owner=owner, expires_at=Now() + LEASE))

    @classmethod
    def renew(cls, owner: str) -> bool:
        """Renew the lease. Return False if another process has taken it meanwhile."""
        return bool(cls.objects.filter(owner=owner).update(expires_at=Now() + LEASE))

    @classmethod
    def finish(cls, owner: str, due: datetime) -> None:
        """Store that the purge for ``due`` is complete."""
        cls.objects.filter(owner=owner).update(owner="", ran_for=due, expires_at=Now())

    @classmethod
    def put_off(cls, owner: str, pause: timedelta) -> None:
        """End an incomplete purge; any process may continue it after ``pause``."""
        cls.objects.filter(owner=owner).update(owner="", expires_at=Now() + pause)

    @classmethod
    def has_run(cls, due: datetime) -> bool:
        """Return whether the purge for ``due`` is complete."""
        return cls.objects.filter(ran_for__gte=due).exists()
