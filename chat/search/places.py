"""Where something was said: the segments of recordings in which the words of a search occur."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ..models import IndexedPassage, Recording, Scope, Segment
from ..retrieval import full_text
from ..retrieval.reach import Area, reach_of
from ..retrieval.results import heard_segments_of
from ..terms import Asking, root, words
from . import passages
from .marks import Part, Span, Word, count, snippet, spans
from .query import Query
from .terms_found import numbered, similar

PASSAGES_READ = 400
"""Passages whose segments can be on the pages of results: the best ones."""
AT_ONCE = 30
"""Passages that are read together; most pages need no more."""
NEAREST = 20
"""Passages that are read when no passage has all the words."""
TITLES = 5
"""Recordings that are shown for their titles; the list of recordings has the others."""


@dataclass(frozen=True)
class Place:
    """A segment in which something was found."""

    recording: Recording
    segment: Segment
    snippet: list[Part]
    speaker: list[Part]

    @property
    def address(self) -> str:
        """The address of the segment in its recording."""
        return self.recording.address_of(self.segment.number)

    @property
    def span(self) -> str:
        """The times of the segment as the fragment of an address of its audio has them: ``42.5,51``."""
        times = (self.segment.start, self.segment.end)
        return ",".join(f"{time:.2f}" for time in times if time is not None)


@dataclass(frozen=True)
class Places:
    """A page of places; ``nearest`` if none has all the words, so that these have some or similar ones."""

    shown: list[Place]
    has_more: bool = False
    nearest: bool = False

    @property
    def by_recording(self) -> list[tuple[Recording, list[Place]]]:
        """The places of each recording in the order in which they were said, the best recording first."""
        groups: dict[int, list[Place]] = {}
        for place in self.shown:
            groups.setdefault(place.recording.pk, []).append(place)
        ordered = (sorted(places, key=lambda place: place.segment.number) for places in groups.values())
        return [(places[0].recording, places) for places in ordered]


def places(query: Query, scope: Scope, start: int, stop: int) -> Places:
    """Return the places ``start`` to ``stop`` (exclusive) in scope where all words were said within a minute or two."""
    if not query.terms:
        return Places([])
    found = list(islice(_all_places(query, scope), start, stop + 1))
    if found or start:
        return Places(found[: stop - start], has_more=len(found) > stop - start)
    return Places(list(islice(_nearest_places(query, scope), stop)), nearest=True)


def with_words_in_title(query: Query, scope: Scope) -> list[tuple[Recording, list[Part]]]:
    """Return the recordings in scope whose titles contain all words, or words that begin so, with marked titles."""
    if not query.terms:
        return []
    titles = scope.recordings().order_by("-recorded_on", "-pk").values_list("pk", "title")
    matching = [pk for pk, title in titles if names_all(title, query)][:TITLES]
    recordings = scope.recordings().in_bulk(matching)
    return [(recordings[pk], marked_title(recordings[pk].title, query)) for pk in matching if pk in recordings]


def names_all(title: str, query: Query) -> bool:
    """Return whether a title contains all words of a query, or words that begin with them."""
    title_words = words(title)
    return all(any(_begins(title_word, word) for title_word in title_words) for word in query.words)


def marked_title(title: str, query: Query) -> list[Part]:
    """Return a title in parts, with the words of the query found."""
    found = [any(_begins(word, asked) for asked in query.words) for word in words(title)]
    return snippet(title, spans(title, found), length=len(title))


def _begins(title_word: str, word: str) -> bool:
    return title_word.startswith(word) or root(title_word) == root(word)


def _all_places(query: Query, scope: Scope) -> Iterator[Place]:
    reach = reach_of(scope)
    asking = Asking.of(words(query.text), reach.spoken)
    keys = passages.best(query.terms, asking, PASSAGES_READ, reach)
    seen: set[tuple[int, int]] = set()  # neighbouring passages overlap
    for start in range(0, len(keys), AT_ONCE):
        batch = keys[start : start + AT_ONCE]
        marked = passages.marked(query.terms, asking, batch)
        yield from _new_places(query, scope, batch, marked, seen)


def _nearest_places(query: Query, scope: Scope) -> Iterator[Place]:
    keys = [hit.pk for hit in full_text().hits(query.text, Area.of(scope), NEAREST)][:NEAREST]
    texts = IndexedPassage.objects.filter(pk__in=keys).values_list("pk", "text")
    marked = {pk: similar(text.split(), query) for pk, text in texts}
    yield from _new_places(query, scope, keys, marked, set())


def _new_places(
    query: Query, scope: Scope, keys: Sequence[int], marked: dict[int, list[Word]], seen: set[tuple[int, int]]
) -> Iterator[Place]:
    heard = IndexedPassage.objects.filter(recording__in=scope.recordings())
    found = heard.select_related("recording").defer("text", "stems").in_bulk(keys)
    segments = heard_segments_of(keys, scope)
    for key in keys:
        if key not in found or key not in marked:  # its recording was moved or deleted a moment ago
            continue
        for place in _places_in(query, found[key].recording, segments[key], marked[key]):
            if (place.recording.pk, place.segment.number) not in seen:
                seen.add((place.recording.pk, place.segment.number))
                yield place


def _places_in(query: Query, recording: Recording, segments: Sequence[Segment], found: Sequence[Word]) -> list[Place]:
    """Return the segments with all terms that the title lacks; if there is none, the one with most of them."""
    numbers = numbered(found, query)
    at = count(recording.title)
    in_title = set(numbers[:at])
    counted: list[tuple[Segment, list[int | None]]] = []
    for segment in segments:
        size = count(str(segment))
        counted.append((segment, numbers[at : at + size]))
        at += size
    said = {number for _, values in counted for number in values if number is not None}
    needed = (said - in_title) or said
    with_all = [(segment, values) for segment, values in counted if needed and needed <= set(values)]
    best = max(counted, key=lambda item: len(needed & set(item[1])), default=None)
    chosen = with_all or ([best] if best and needed & set(best[1]) else [])
    return [_place(recording, segment, values) for segment, values in chosen]


def _place(recording: Recording, segment: Segment, numbers: Sequence[int | None]) -> Place:
    found = [number is not None for number in numbers]
    name = count(segment.speaker)
    in_name: list[Span] = spans(segment.speaker, found[:name])
    return Place(
        recording,
        segment,
        snippet=snippet(segment.text, spans(segment.text, found[name:])),
        speaker=snippet(segment.speaker, in_name, length=len(segment.speaker)),
    )
