"""Which turns have a trace in MLflow."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import QuerySet
from django.db.models.functions import Now

from .export import Export
from .turns.state import TERMINAL
from .turns.turn import Turn

WINDOW = timedelta(days=7)
"""Turns that ended before this get no trace any more: for so long may the tracking server be away."""


class TraceExport(Export):
    """The trace of one turn. A turn that has ended is its own order for one, so no crash can lose it."""

    turn = models.OneToOneField(Turn, on_delete=models.CASCADE, related_name="trace_export")

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
        ended = Turn.objects.filter(state__in=TERMINAL, ended_at__gt=Now() - WINDOW, trace_export=None)
        new = list(ended.exclude(started_at=None).order_by("pk").values_list("pk", flat=True)[:limit])
        rows = (TraceExport(turn_id=pk) for pk in new)
        TraceExport.objects.bulk_create(rows, ignore_conflicts=True)
        return len(new)

    @classmethod
    def waiting(cls) -> QuerySet[Self]:
        """The oldest turns first."""
        return super().waiting().order_by("turn_id").select_related("turn__conversation", "turn__user")
