"""Removing recordings for good, outside of the admin."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from ..models import Recording
from .stored_audio import delete_audio


def remove(recordings: QuerySet[Recording]) -> int:
    """Delete recordings with their transcripts and audio, and return how many; citations keep what they quote.

    Raise ``Held`` if a legal hold keeps one.
    """
    with transaction.atomic():
        names = list(recordings.exclude(audio="").values_list("audio", flat=True))
        count = recordings.delete()[1].get(Recording._meta.label, 0)  # noqa: SLF001  # documented
        delete_audio(names)
    return count
