"""The export of turns as traces to MLflow."""

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
"""The age after which an ended turn gets no trace any more: the tracking server may be away for so long."""


class TraceExport(Export):
    """The trace of one turn. Rows are created from ended turns, so a crash cannot lose an export."""

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
    def schedule(cls, limit: int) -> int:
        """Create rows for up to ``limit`` ended turns, the oldest first; return how many such turns were found.

        Turns that never ran get none, and neither do those of a deleted conversation.
        """
        ended = Turn.objects.filter(state__in=TERMINAL, ended_at__gt=Now() - WINDOW, trace_export=None)
        ended = ended.filter(conversation__deleted_at=None)
        turn_ids = list(ended.exclude(started_at=None).order_by("pk").values_list("pk", flat=True)[:limit])
        rows = (TraceExport(turn_id=pk) for pk in turn_ids)
        TraceExport.objects.bulk_create(rows, ignore_conflicts=True)
        return len(turn_ids)

    @classmethod
    def waiting(cls) -> QuerySet[Self]:
        """Return the waiting traces of conversations that are not deleted, those of the oldest turns first."""
        kept = super().waiting().filter(turn__conversation__deleted_at=None)
        return kept.order_by("turn_id").select_related("turn__conversation", "turn__user")
