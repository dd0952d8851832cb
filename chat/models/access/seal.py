"""The seals of the log of accesses: a chain of hashes, in which no event can be changed without a trace."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .event import AccessEvent

COLUMNS = [field.attname for field in AccessEvent._meta.concrete_fields]  # noqa: SLF001  # documented
LEASE = timedelta(seconds=10)
"""How long a process may seal without renewing its lease, by the database's clock."""


class AccessSeal(models.Model):
    """The seal of one event. Seals are numbered from 1 without gaps, in the order in which events were sealed.

    That is the order of the events, except for one whose transaction ended later than that of a younger event.
    ``hash`` covers all columns of the event and of this row, and with ``previous`` all seals before it.
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

    @classmethod
    def last(cls) -> AccessSeal | None:
        """Return the seal with the highest number."""
        return cls.objects.order_by("-number").first()

    def hash_with(self, event: AccessEvent) -> str:
        """Return the SHA-256, in hex, of this seal with an event: the value that ``hash`` has unless one was changed.

        It is made of JSON without spaces, in ASCII: the seal's number and time, the previous hash, and the event's
        columns in the order of their names. A column that is NULL is left out, so that later versions may add some.
        """
        columns = {name: _canonical(getattr(event, name)) for name in COLUMNS}
        filled = {name: value for name, value in columns.items() if value is not None}
        document = [self.number, _canonical(self.at), self.previous, filled]
        return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def chain(last: AccessSeal | None, events: Iterable[AccessEvent], at: datetime) -> list[AccessSeal]:
    """Return the seals of these events, made at a time, that follow the last one; not stored yet."""
    seals: list[AccessSeal] = []
    for event in events:
        number, previous = (last.number, last.hash) if last else (0, "")
        last = AccessSeal(number=number + 1, event_id=event.pk, at=at, previous=previous)
        last.hash = last.hash_with(event)
        seals.append(last)
    return seals


def _canonical(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


class SealLease(models.Model):
    """The lease of the one process that seals events, however many serve the database; the table has one row.

    It is taken when there is something to seal, and not renewed while there is nothing.
    """

    owner = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_seal_lease")]

    def __str__(self) -> str:
        return f"lease of {self.owner or 'nobody'}"

    @classmethod
    def take(cls, owner: str) -> bool:
        """Let ``owner`` seal; False if another process may do so now."""
        if not cls.objects.exists():
            SealLease.objects.bulk_create([SealLease(pk=1)], ignore_conflicts=True)
        free = cls.objects.filter(Q(owner=owner) | Q(expires_at__lte=Now()))
        return free.exists() and bool(free.update(owner=owner, expires_at=Now() + LEASE))

    @classmethod
    def renew(cls, owner: str) -> bool:
        """Renew the lease, and lock its row until the transaction ends. Return False if it is another process's."""
        return bool(cls.objects.filter(owner=owner).update(expires_at=Now() + LEASE))
