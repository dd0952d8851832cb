"""From the segments of a recording to the passages that the full text of the database holds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from django.db import transaction

from ..models import IndexedPassage, Recording, Segment
from ..terms import words
from .windows import windows

TEXT_LIMIT = 256 * 1024
"""Bytes of a passage that are searched; PostgreSQL refuses a text whose index entry exceeds 1 MB."""
_ROWS_AT_ONCE = 500


def index(recordings: Sequence[Recording]) -> None:
    """Build the passages of these recordings from their segments and titles, in place of those they have.

    Call it after the segments are stored, and again when segments or the title change. Each recording is a transaction
    of its own, so that others can write in between.
    """
    for recording in recordings:
        with transaction.atomic():
            IndexedPassage.objects.filter(recording=recording).delete()
            IndexedPassage.objects.bulk_create(_passages(recording), batch_size=_ROWS_AT_ONCE)


def _passages(recording: Recording) -> list[IndexedPassage]:
    segments = list(Segment.objects.filter(recording=recording).order_by("number"))
    title, said = words(recording.title), [words(str(segment)) for segment in segments]
    return [
        IndexedPassage(
            recording=recording,
            first=segments[start].number,
            last=segments[stop - 1].number,
            text=_cut(" ".join(chain(title, *said[start:stop]))),
        )
        for start, stop in windows([len(segment.text) for segment in segments])
    ]


def _cut(text: str) -> str:
    """As many of its first words as ``TEXT_LIMIT`` holds."""
    encoded = text.encode()
    if len(encoded) <= TEXT_LIMIT:
        return text
    return encoded[:TEXT_LIMIT].decode(errors="ignore").rpartition(" ")[0]
