"""Sealing new events: one process after the other, each event once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from ..prepared import Prepared
from .event import AccessEvent
from .seal import AccessSeal, SealLease, chain

BATCH = 200
"""Events that are sealed in one transaction."""
SETTLED = timedelta(minutes=10)
"""Longer than any transaction with an event takes."""


def unsealed() -> QuerySet[AccessEvent]:
    """Return the events that have no seal yet, in the order in which they get one."""
    return AccessEvent.objects.filter(~Exists(AccessSeal.objects.filter(event_id=OuterRef("pk")))).order_by("pk")


def _batch(after: Any) -> QuerySet[AccessEvent]:
    return unsealed().filter(pk__gt=after).annotate(read_at=Now())[:BATCH]


_unsealed_after = Prepared[Any](_batch, after=BigIntegerField())


def last_settled() -> int:
    """Return the id of the last event that is older than ``SETTLED``: no event with a lower id appears any more.

    On PostgreSQL, an event appears when its transaction ends, which has got the id of the event before.
    """
    settled = AccessEvent.objects.filter(at__lt=Now() - SETTLED).order_by("-at", "-pk")
    return settled.values_list("pk", flat=True).first() or 0


def seal_new(owner: str, after: int = 0) -> int | None:
    """Seal up to ``BATCH`` events with higher ids than ``after``. Return how many there were.

    Return None if there are some, but another process may seal now. Without any, this is one query.
    """
    if not _unsealed_after.fetch(after=after):
        return 0
    if not SealLease.take(owner):
        return None
    events, last = _unsealed_after.fetch(after=after), AccessSeal.last()  # again: nobody else seals from here on
    return _store(owner, chain(last, events, events[0].read_at)) if events else 0


def _store(owner: str, seals: list[AccessSeal]) -> int | None:
    """Store seals in a short transaction, if the lease has not gone to another process meanwhile."""
    with transaction.atomic():
        if not SealLease.renew(owner):
            return None
        AccessSeal.objects.bulk_create(seals)
    return len(seals)
