"""Recordings in the admin, where they can be renamed and deleted."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from typing_extensions import override

from .. import retrieval
from ..display import duration, marked
from ..models import How, Recording, Segment, holds_over, kept_under
from .removal import remove_for


@admin.register(Recording)
class RecordingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """The admin of recordings, which can be renamed and deleted here; ``import_recordings`` adds them."""

    list_display = ["title", "collection", "recorded_on", "length", "created_at"]
    search_fields = ["title"]
    fields = ["title", "collection", "recorded_on", "length", "audio", "created_at"]
    readonly_fields = ["collection", "recorded_on", "length", "audio", "created_at"]

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Recording]:
        """Return the recordings that the administrator hears: by membership, like everybody."""
        return Recording.objects.heard_by(cast(User, request.user).pk).select_related("collection")

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a recording without a transcript is of no use

    @override
    def save_model(self, request: HttpRequest, obj: Recording, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "title" in form.changed_data:  # searches find titles, too
            retrieval.index([obj])

    @override
    def delete_model(self, request: HttpRequest, obj: Recording) -> None:
        """Delete the recording and its audio; citations keep what they quote."""
        remove_for(cast(User, request.user), obj, how=How.ADMIN)

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Recording]) -> None:
        """Delete the recordings and their audio; citations keep what they quote."""
        remove_for(cast(User, request.user), *queryset, how=How.ADMIN)

    @override
    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return the titles and the counts, but do not list thousands of segments one by one.

        A legal hold that keeps one of them is shown as what forbids it.
        """
        recordings = list(objs)
        segments = Segment.objects.filter(recording__in=recordings).count()
        names = holds_over(Recording.objects.filter(pk__in=[recording.pk for recording in recordings]))
        kept = [kept_under(names)] if names else []
        counts = {"recordings": len(recordings), "segments": segments}
        return [marked(recording.title) for recording in recordings], counts, set(), kept

    @admin.display(description="length", ordering="duration")
    def length(self, recording: Recording) -> str:
        return duration(recording.duration)
