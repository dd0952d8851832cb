"""Proof of life of whoever drives a turn, and the closing of turns whose driver is dead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from .state import State

if TYPE_CHECKING:
    from .turn import Turn  # noqa: F401  # named in the annotation of the base class

LEASE = timedelta(seconds=10)
"""How long a claim holds without being renewed, by the database's clock."""


class LeaseQuerySet(models.QuerySet["Turn"]):
    """``streaming → interrupted`` for those whose owner is gone, and what keeps the others from it."""

    @transaction.atomic
    def renew(self, owner: str) -> set[int]:
        """Renew the leases of everything ``owner`` streams; returns the ids of these turns."""
        # Locked in the order of their numbers, as a commit of their text does it, so that neither waits for the other.
        mine = self.filter(owner=owner, state=State.STREAMING).select_for_update().order_by("pk")
        locked = list(mine.values_list("pk", flat=True))
        self.model.objects.filter(pk__in=locked).update(lease_expires_at=Now() + LEASE)
        return set(locked)

    def abandoned(self, dead: Collection[str] = ()) -> LeaseQuerySet:
        """Streaming turns whose lease has lapsed, or whose owner is in ``dead`` (known to have ended)."""
        return self.filter(Q(lease_expires_at__lt=Now()) | Q(owner__in=list(dead)), state=State.STREAMING)
