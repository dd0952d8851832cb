"""Recordings in the admin: they can be renamed and deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from .. import retrieval
from ..display import duration, marked
from ..models import Recording, Segment


@admin.register(Recording)
class RecordingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Recordings come in by ``import_recordings``; here they get another title, or go."""

    list_display = ["title", "recorded_on", "length", "created_at"]
    search_fields = ["title"]
    fields = ["title", "recorded_on", "length", "audio", "created_at"]
    readonly_fields = ["recorded_on", "length", "audio", "created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody may: a recording without a transcript is of no use."""
        return False

    def save_model(self, request: HttpRequest, obj: Recording, form: Any, change: bool) -> None:
        """A title is found by the search, too."""
        super().save_model(request, obj, form, change)
        if "title" in form.changed_data:
            retrieval.index([obj])

    def delete_model(self, request: HttpRequest, obj: Recording) -> None:
        """The audio goes with it; citations keep what they quote."""
        super().delete_model(request, obj)
        _remove_audio([obj.audio])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Recording]) -> None:
        """The audio goes with them; citations keep what they quote."""
        names = list(queryset.values_list("audio", flat=True))
        super().delete_queryset(request, queryset)
        _remove_audio(names)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The recordings and how much goes with them, instead of each of their thousands of segments."""
        recordings = list(objs)
        segments = Segment.objects.filter(recording__in=recordings).count()
        counts = {"recordings": len(recordings), "segments": segments}
        return [marked(recording.title) for recording in recordings], counts, set(), []

    @admin.display(description="length", ordering="duration")
    def length(self, recording: Recording) -> str:
        """Its length to read."""
        return duration(recording.duration)


def _remove_audio(names: Iterable[str]) -> None:
    files = [settings.MEDIA_ROOT / name for name in names if name]

    def remove() -> None:
        for file in files:
            file.unlink(missing_ok=True)

    transaction.on_commit(remove)
