"""Indexing: building the passages of the full text from the segments of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from django.db import transaction

from ..models import IndexedPassage, Recording, Segment
from ..terms import words
from .windows import windows

TEXT_LIMIT = 256 * 1024
"""Bytes of a passage that are indexed; PostgreSQL refuses a text whose index entry exceeds 1 MB."""
_ROWS_AT_ONCE = 500


def index(recordings: Sequence[Recording]) -> None:
    """Build the passages of these recordings from their segments and titles, and replace the existing ones.

    Call it after storing segments, and again after changing segments or the title. Each recording is a transaction of
    its own, so that others can write in between.
    """
    for recording in recordings:
        with transaction.atomic():
            IndexedPassage.objects.filter(recording=recording).delete()
            IndexedPassage.objects.bulk_create(_passages(recording), batch_size=_ROWS_AT_ONCE)


def _passages(recording: Recording) -> list[IndexedPassage]:
    segments = list(Segment.objects.filter(recording=recording).order_by("number"))
    title_words, segment_words = words(recording.title), [words(str(segment)) for segment in segments]
    return [
        IndexedPassage(
            recording=recording,
            first=segments[start].number,
            last=segments[stop - 1].number,
            text=_cut(" ".join(chain(title_words, *segment_words[start:stop]))),
        )
        for start, stop in windows([len(segment.text) for segment in segments])
    ]


def _cut(text: str) -> str:
    """Return as many of the first words as fit into ``TEXT_LIMIT`` bytes."""
    encoded = text.encode()
    if len(encoded) <= TEXT_LIMIT:
        return text
    return encoded[:TEXT_LIMIT].decode(errors="ignore").rpartition(" ")[0]
