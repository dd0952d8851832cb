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
from ..models.many_rows import insert_rows, update_rows
from ..terms import VERSION, language_of, words
from .entries import Entries, Said
from .windows import windows

TEXT_LIMIT = 256 * 1024
"""Bytes of a passage that are indexed; PostgreSQL refuses a text whose index entry exceeds 1 MB."""
_COLUMNS = ("recording", "first", "last", "text", "stems", "terms_version")


class Spoken(NamedTuple):  # of which a recording has thousands
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
            index_new(recording, _segments(recording), hint=hint)


def index_new(recording: Recording, segments: Sequence[Spoken], *, hint: str = "") -> None:
    """Build the passages of a recording that has none; the caller has just stored these segments in its transaction."""
    places = list(windows([len(segment.text) for segment in segments]))
    rows = [
        (recording.pk, segments[start].number, segments[stop - 1].number, text, stems, VERSION)
        for (start, stop), (text, stems) in zip(places, _texts(recording, segments, places, hint), strict=True)
    ]
    insert_rows(IndexedPassage, _COLUMNS, rows)


def index_again() -> int:
    """Renew the text of passages that an older ``chat.terms`` has made; return how many there were.

    The rows stay, and with them their vectors. Each recording is a transaction, so that the call may be stopped.
    """
    outdated = IndexedPassage.objects.filter(Q(terms_version=None) | ~Q(terms_version=VERSION))
    count = 0
    for recording in Recording.objects.filter(pk__in=outdated.values("recording")):
        with transaction.atomic():
            passages = list(outdated.filter(recording=recording).values_list("pk", "first", "last"))
            update_rows(IndexedPassage, ("id", *_COLUMNS[3:]), _renewed(recording, passages))
        count += len(passages)
    return count


def _renewed(recording: Recording, passages: Sequence[tuple[int, int, int]]) -> list[tuple[int, str, str, int]]:
    """Return the key and the new text, stems and version of passages, which are given with their key and place."""
    segments = _segments(recording)
    numbers = [segment.number for segment in segments]
    places = [(bisect_left(numbers, first), bisect_right(numbers, last)) for _, first, last in passages]
    texts = _texts(recording, segments, places, "")
    return [(key, text, stems, VERSION) for (key, _, _), (text, stems) in zip(passages, texts, strict=True)]


def _segments(recording: Recording) -> list[Spoken]:
    rows = Segment.objects.filter(recording=recording).order_by("number")
    return list(starmap(Spoken, rows.values_list("number", "speaker", "text")))


def _texts(
    recording: Recording, segments: Sequence[Spoken], places: Sequence[tuple[int, int]], hint: str
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
    text = _cut(" ".join(each.words for each in entries if each.words))
    stems = _cut(" ".join(each.stems for each in entries if each.stems))
    others = " ".join(each.others for each in entries if each.others)
    return text, f"{stems}\n{_cut(others)}" if others else stems


def _cut(text: str) -> str:
    """Return as many of the first words as fit into ``TEXT_LIMIT`` bytes."""
    encoded = text.encode()
    if len(encoded) <= TEXT_LIMIT:
        return text
    return encoded[:TEXT_LIMIT].decode(errors="ignore").rpartition(" ")[0]
