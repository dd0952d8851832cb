"""Leases, by which owners prove that they live, and the search for turns whose owner is dead."""

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
"""How long a claim holds without renewal, by the database's clock."""


class LeaseQuerySet(models.QuerySet["Turn"]):
    """The turns for ``streaming → interrupted``, whose owner is gone, and the renewal that protects the others."""

    @transaction.atomic
    def renew(self, owner: str) -> set[int]:
        """Renew the leases of all turns that ``owner`` streams; return their ids."""
        # Locked by id, in the same order as by a commit of their text, so that the two cannot deadlock.
        streaming = self.filter(owner=owner, state=State.STREAMING).select_for_update().order_by("pk")
        locked = list(streaming.values_list("pk", flat=True))
        self.model.objects.filter(pk__in=locked).update(lease_expires_at=Now() + LEASE)
        return set(locked)

    def abandoned(self, dead: Collection[str] = ()) -> LeaseQuerySet:
        """Return the streaming turns whose lease has lapsed, or whose owner is in ``dead`` (known to have ended)."""
        return self.filter(Q(lease_expires_at__lt=Now()) | Q(owner__in=list(dead)), state=State.STREAMING)
