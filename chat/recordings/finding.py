"""Find words in the segments of one transcript, with the spellings that the search of the site takes for the same."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from itertools import chain
from operator import and_, or_

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Length

from ..models import IndexedPassage, Recording, Segment
from ..retrieval.indexing import TEXT_LIMIT
from ..search.marks import spans
from ..terms import VERSION, root, stem, stems, words
from .words import Span

_REMEMBERED = 8_192
"""Segments whose words are kept in memory: who types a word asks again with each letter."""
_SEARCHES = 16
"""Searches whose places are kept in memory: who looks through them asks for page after page."""
_RANGES_AT_ONCE = 50
_BYTES_OF_CHARACTER = 4

Said = tuple[str, str]
"""A word and its stem."""
Range = tuple[int, int]
"""The first and the last number of neighbouring segments."""


def found_in(text: str, asked: Sequence[str], language: str = "") -> list[Span]:
    """Return where the words stand in a text that has all of them, or words that begin so; nothing if one is missing.

    >>> found_in("The LCD and the keys", ["key", "lcd"])
    [Span(start=4, end=7), Span(start=16, end=20)]
    """
    said = _words(text, language)
    if not _has_all(said, asked, language):
        return []
    found = [any(_begins(word, one, language) for one in asked) for word in said]
    return [Span(start, end) for start, end in spans(text, found)]


def numbers_with(asked: Sequence[str], speakers: Collection[str], recording: Recording) -> Sequence[int]:
    """Return the numbers of the segments of a recording that have all words, or words that begin so.

    ``speakers`` are those whose segments count; empty for all. What is found is remembered until the recording is
    indexed again: its next page is only a part of it.
    """
    passages = recording.indexed_passages
    is_renewed = Count("pk", filter=Q(terms_version=VERSION))
    state = passages.aggregate(newest=Max("pk"), last=Max("last"), all=Count("pk"), renewed=is_renewed)
    segments = recording.segments.all()
    is_indexed = state["renewed"] == state["all"] and not segments.filter(number__gt=state["last"] or 0).exists()
    if not is_indexed:
        return _search([Q()], segments, asked, speakers, recording.language)
    return _remembered(tuple(asked), frozenset(speakers), recording.pk, recording.language, state["newest"])


@lru_cache(maxsize=_SEARCHES)
def _remembered(
    asked: Sequence[str], speakers: Collection[str], recording: int, language: str, _newest: int | None
) -> Sequence[int]:
    segments = Segment.objects.filter(recording=recording)
    return _search(_places(asked, recording, language), segments, asked, speakers, language)


def _search(
    places: Iterable[Q], segments: QuerySet[Segment], asked: Sequence[str], speakers: Collection[str], language: str
) -> Sequence[int]:
    spoken = segments.filter(speaker__in=speakers) if speakers else segments
    rows = (spoken.filter(place).order_by("number").values_list("number", "text").iterator() for place in places)
    return array(
        "L", (number for number, text in chain.from_iterable(rows) if _has_all(_words(text, language), asked, language))
    )


def _places(asked: Sequence[str], recording: int, language: str) -> Iterator[Q]:
    """Yield where the words can be: the words of a segment take long to tell, those of passages are in the index."""
    has_all = reduce(and_, (_may_have(word, language) for word in asked))
    may_be_cut = Q(size__gte=TEXT_LIMIT // _BYTES_OF_CHARACTER)
    passages = IndexedPassage.objects.filter(recording=recording).annotate(size=Length("text"))
    ranges = _joined(passages.filter(has_all | may_be_cut).order_by("first").values_list("first", "last"))
    for start in range(0, len(ranges), _RANGES_AT_ONCE):
        yield reduce(or_, (Q(number__range=each) for each in ranges[start : start + _RANGES_AT_ONCE]))


def _may_have(asked: str, language: str) -> Q:
    """Return whether a passage may have a word that begins so, or is a form of it: only -ies is not in its root."""
    begins = root(asked)
    return (
        Q(text__contains=begins)
        | Q(stems__contains=stem(asked, language))
        | (Q(text__contains=f"{begins[:-1]}ies") if begins.endswith("y") else Q())
    )


def _joined(ranges: QuerySet[IndexedPassage, Range]) -> list[Range]:
    """Return sorted ranges without overlaps."""
    joined: list[Range] = []
    for first, last in ranges:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _has_all(said: Sequence[Said], asked: Sequence[str], language: str) -> bool:
    return all(any(_begins(word, one, language) for word in said) for one in asked)


@lru_cache(maxsize=_REMEMBERED)
def _words(text: str, language: str) -> tuple[Said, ...]:
    said = words(text)
    return tuple(zip(said, stems(text, said, language), strict=True))


def _begins(said: Said, asked: str, language: str) -> bool:
    word, stemmed = said
    return word.startswith(asked) or stemmed == stem(asked, language) or root(word) == root(asked)
