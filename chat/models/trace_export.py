"""Which turns have a trace in MLflow, and who is about to send one."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from .turn import Turn

CLAIM = timedelta(minutes=1)
"""How long a first attempt may take before somebody else makes the next one; each attempt has twice as long."""
LONGEST_CLAIM = timedelta(hours=1)
CLAIMS = 20
"""Traces that one claim tries, where other processes claim at the same moment."""
WINDOW = timedelta(days=7)
"""Turns that ended before this get no trace any more: for so long may the tracking server be away."""


class TraceExport(models.Model):
    """The trace of one turn. A turn that has ended is its own order for one, so no crash can lose it."""

    turn = models.OneToOneField(Turn, on_delete=models.CASCADE, related_name="trace_export")
    attempts = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(db_default=Now())
    exported_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["claimed_until"], condition=models.Q(exported_at__isnull=True), name="trace_export_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"trace of turn {self.turn_id}"

    @classmethod
    def order(cls, limit: int) -> int:
        """Order the traces of up to ``limit`` turns that have ended, oldest first; returns how many were found.

        Turns that never ran get none.
        """
        ended = Turn.objects.filter(state__in=Turn.TERMINAL, ended_at__gt=Now() - WINDOW, trace_export=None)
        new = list(ended.exclude(started_at=None).order_by("pk").values_list("pk", flat=True)[:limit])
        rows = (TraceExport(turn_id=pk) for pk in new)
        TraceExport.objects.bulk_create(rows, ignore_conflicts=True)
        return len(new)

    @classmethod
    def claim(cls) -> Self | None:
        """The oldest trace that waits to be sent, claimed by this caller alone for some time; None when there is none.

        Each attempt has more time than the one before, so that a server that refuses a trace is left alone with it.
        """
        waiting = cls.objects.filter(exported_at=None, claimed_until__lte=Now()).order_by("turn_id")
        for export in waiting.select_related("turn__conversation", "turn__user")[:CLAIMS]:
            patience = min(CLAIM * 2 ** min(export.attempts, 10), LONGEST_CLAIM)
            unclaimed = cls.objects.filter(pk=export.pk, exported_at=None, attempts=export.attempts)
            if unclaimed.update(attempts=F("attempts") + 1, claimed_until=Now() + patience):
                return export
        return None

    def sent(self) -> None:
        """The tracking server has it."""
        type(self).objects.filter(pk=self.pk).update(exported_at=Now())
