"""Indexing: building the passages of the full text from the segments of a recording."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import chain

from django.db import transaction
from django.db.models import Q

from ..models import IndexedPassage, Recording, Segment
from ..terms import VERSION, words
from .windows import windows

TEXT_LIMIT = 256 * 1024
"""Bytes of a passage that are indexed; PostgreSQL refuses a text whose index entry exceeds 1 MB."""
_ROWS_AT_ONCE = 100


def index(recordings: Sequence[Recording]) -> None:
    """Build the passages of these recordings from their segments and titles, and replace the existing ones.

    Call it after storing segments, and again after changing segments or the title. Each recording is a transaction of
    its own, so that others can write in between.
    """
    for recording in recordings:
        with transaction.atomic():
            IndexedPassage.objects.filter(recording=recording).delete()
            IndexedPassage.objects.bulk_create(_passages(recording), batch_size=_ROWS_AT_ONCE)


def index_again() -> int:
    """Renew the text of passages that an older ``chat.terms`` has made; return how many there were.

    The rows stay, and with them their vectors. Each recording is a transaction, so that the call may be stopped.
    """
    outdated = IndexedPassage.objects.filter(Q(terms_version=None) | ~Q(terms_version=VERSION))
    count = 0
    for recording in Recording.objects.filter(pk__in=outdated.values("recording")):
        with transaction.atomic():
            passages = list(outdated.filter(recording=recording))
            _renew(recording, passages)
            IndexedPassage.objects.bulk_update(passages, ["text", "terms_version"], batch_size=_ROWS_AT_ONCE)
        count += len(passages)
    return count


def _renew(recording: Recording, passages: Sequence[IndexedPassage]) -> None:
    segments = list(Segment.objects.filter(recording=recording).order_by("number"))
    numbers = [segment.number for segment in segments]
    places = [(bisect_left(numbers, each.first), bisect_right(numbers, each.last)) for each in passages]
    for passage, text in zip(passages, _texts(recording, segments, places), strict=True):
        passage.text, passage.terms_version = text, VERSION


def _passages(recording: Recording) -> list[IndexedPassage]:
    segments = list(Segment.objects.filter(recording=recording).order_by("number"))
    places = list(windows([len(segment.text) for segment in segments]))
    return [
        IndexedPassage(
            recording=recording,
            first=segments[start].number,
            last=segments[stop - 1].number,
            text=text,
            terms_version=VERSION,
        )
        for (start, stop), text in zip(places, _texts(recording, segments, places), strict=True)
    ]


def _texts(recording: Recording, segments: Sequence[Segment], places: Sequence[tuple[int, int]]) -> list[str]:
    """Return the text that is indexed for each ``(start, stop)`` of the segments of a recording."""
    title_words, segment_words = words(recording.title), [words(str(segment)) for segment in segments]
    return [_cut(" ".join(chain(title_words, *segment_words[start:stop]))) for start, stop in places]


def _cut(text: str) -> str:
    """Return as many of the first words as fit into ``TEXT_LIMIT`` bytes."""
    encoded = text.encode()
    if len(encoded) <= TEXT_LIMIT:
        return text
    return encoded[:TEXT_LIMIT].decode(errors="ignore").rpartition(" ")[0]
