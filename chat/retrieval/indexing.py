"""Indexing: building the passages of the full text from the segments of a recording."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import chain, starmap
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from ..models import IndexedPassage, Recording, Segment
from ..terms import VERSION, language_of, words
from .entries import Entries, Said
from .windows import windows

TEXT_LIMIT = 256 * 1024
"""Bytes of a passage that are indexed; PostgreSQL refuses a text whose index entry exceeds 1 MB."""
_ROWS_AT_ONCE = 100


class _Spoken(NamedTuple):  # of which a recording has thousands
    """What is indexed of a segment."""

    number: int
    speaker: str
    text: str


def index(recordings: Sequence[Recording], *, hint: str = "") -> None:
    """Build the passages of these recordings from their segments and titles, and replace the existing ones.

    A recording whose language is not known gets that of its words, or in doubt the one that is hinted at. Call it after
    storing segments, and again after changing segments, the title or the language. Each recording is a transaction of
    its own, so that others can write in between.
    """
    for recording in recordings:
        with transaction.atomic():
            IndexedPassage.objects.filter(recording=recording).delete()
            IndexedPassage.objects.bulk_create(_passages(recording, hint), batch_size=_ROWS_AT_ONCE)


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
            fields = ["text", "stems", "terms_version"]
            IndexedPassage.objects.bulk_update(passages, fields, batch_size=_ROWS_AT_ONCE)
        count += len(passages)
    return count


def _renew(recording: Recording, passages: Sequence[IndexedPassage]) -> None:
    segments = _segments(recording)
    numbers = [segment.number for segment in segments]
    places = [(bisect_left(numbers, each.first), bisect_right(numbers, each.last)) for each in passages]
    for passage, (text, stems) in zip(passages, _texts(recording, segments, places, ""), strict=True):
        passage.text, passage.stems, passage.terms_version = text, stems, VERSION


def _segments(recording: Recording) -> list[_Spoken]:
    rows = Segment.objects.filter(recording=recording).order_by("number")
    return list(starmap(_Spoken, rows.values_list("number", "speaker", "text")))


def _passages(recording: Recording, hint: str) -> list[IndexedPassage]:
    segments = _segments(recording)
    places = list(windows([len(segment.text) for segment in segments]))
    return [
        IndexedPassage(
            recording=recording,
            first=segments[start].number,
            last=segments[stop - 1].number,
            text=text,
            stems=stems,
            terms_version=VERSION,
        )
        for (start, stop), (text, stems) in zip(places, _texts(recording, segments, places, hint), strict=True)
    ]


def _texts(
    recording: Recording, segments: Sequence[_Spoken], places: Sequence[tuple[int, int]], hint: str
) -> list[tuple[str, str]]:
    """Return the words and stems that are indexed for each ``(start, stop)`` of the segments of a recording."""
    texts = [recording.title, *(Segment.line(segment.speaker, segment.text) for segment in segments)]
    said = [Said(text, words(text)) for text in texts]
    counts = Counter(chain.from_iterable(each.words for each in said))
    _tell_language(recording, counts, hint)
    entries = Entries.of(said, counts, recording.language)
    return [_text([entries[0], *entries[start + 1 : stop + 1]]) for start, stop in places]


def _tell_language(recording: Recording, counts: Counter[str], hint: str) -> None:
    if not recording.language and (language := language_of(counts, hint)):
        recording.language = language
        Recording.objects.filter(pk=recording.pk, language="").update(language=language)


def _text(entries: Sequence[Entries]) -> tuple[str, str]:
    text = _cut(" ".join(chain.from_iterable(each.words for each in entries)))
    stems = _cut(" ".join(chain.from_iterable(each.stems for each in entries)))
    others = " ".join(chain.from_iterable(each.others for each in entries))
    return text, f"{stems}\n{_cut(others)}" if others else stems


def _cut(text: str) -> str:
    """Return as many of the first words as fit into ``TEXT_LIMIT`` bytes."""
    encoded = text.encode()
    if len(encoded) <= TEXT_LIMIT:
        return text
    return encoded[:TEXT_LIMIT].decode(errors="ignore").rpartition(" ")[0]
