"""The seals of the log of accesses: a chain of hashes, in which no event can be changed without a trace."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

LEASE = timedelta(seconds=10)
"""How long a process may seal without renewing its lease, by the database's clock."""


class AccessSeal(models.Model):
    """The seal of one event. Seals are numbered from 1 without gaps, in the order in which events were sealed.

    ``hash`` is the SHA-256 of all columns of the event and of this row, with the hash of the seal before it.
    """

    number = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(number__gte=1), name="access_seal_number_from_1")]

    def __str__(self) -> str:
        return f"seal {self.number} of event {self.event_id}"


class SealLease(models.Model):
    """The lease of the one process that seals events, however many serve the database; the table has one row."""

    owner = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_seal_lease")]

    def __str__(self) -> str:
        return f"lease of {self.owner or 'nobody'}"
