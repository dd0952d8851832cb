"""The words that an answer quotes, compared with what its model was given of the transcripts.

**Quoted** is a fact about words, found by this comparison. Whether they support a claim is for people to judge.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from uuid import UUID

from django.utils.functional import cached_property

from ..models import Citation, Fidelity, Quotation
from ..passages import Passage
from .attribution import Speakers
from .excerpts import sentences_with
from .quotations import Quote, digits_of, letters_of, quotes_in
from .statement import Place, Statement
from .statements import Statements
from .verbatim import RUN, in_a_row, words

MOST_PARTS = 12
"""Parts of a quotation that leaves words out; one with more is not judged."""
MOST_PLACES = 8
"""Places of the same words among which that of the right speaker is looked for, those in cited passages first."""
MOST_RUNS = 50
"""Runs of words that are kept of an answer."""

_WORD = re.compile(r"[^\W_]+")
_MARKER = re.compile(r"\[\d{1,4}\]")
# The small words in the names of things.
_SMALL = frozenset(
    """
    a an and at de del der des die das du el for für im in la le les of on or the to und van von with
    """.split()  # noqa: SIM905  # a list of literals has a line for each
)

Cited = Mapping[UUID, Mapping[int, Sequence[Citation]]]
"""Citations by the recordings, and in these by the segments, that they cite."""
Run = tuple[int, int, Statement, int]
"""Words that an answer and a statement have in a row: where in the answer, how many, and where in the statement."""


def compared(
    answer: str,
    passages: Sequence[Passage],
    citations: Iterable[Citation],
    *,
    question: str = "",
    titles: Iterable[str] = (),
) -> list[Quotation]:
    """Return the quotations of an answer, not stored yet, in order.

    A quotation between marks is judged from its third word on, but not if it is a name, one of these titles or that of
    a recording, or words of the question. Without marks, a run of five words counts that stands in a cited segment.
    """
    if not passages:
        return []
    known = [question, *titles, *(passage.recording.title for passage in passages)]
    comparison = _Comparison(answer, passages, citations, known)
    found = [*comparison.marked(), *comparison.runs()]
    return sorted(found, key=lambda quotation: quotation.begin)


def found_among(
    answer: str, passages: Sequence[Passage], citations: Iterable[Citation], begins: Set[int]
) -> Iterator[Quotation]:
    """Yield those quotations of an answer that begin at these places and have the same words as other passages."""
    comparison = _Comparison(answer, passages, citations)
    return filter(None, (comparison.found(quote) for quote in comparison.quotes if quote.start in begins))


def _is_cited(passage: Passage, cited: Cited) -> bool:
    numbers = cited.get(passage.recording.uuid)
    return numbers is not None and any(segment.number in numbers for segment in passage.segments)


class _Comparison:
    def __init__(
        self, answer: str, passages: Sequence[Passage], citations: Iterable[Citation], known: Sequence[str] = ()
    ) -> None:
        self.quotes = quotes_in(answer)
        self._answer, self._known_texts = answer, known
        self._cited: dict[UUID, dict[int, list[Citation]]] = {}
        for citation in citations:
            of_recording = self._cited.setdefault(citation.recording_uuid, {})
            of_recording.setdefault(citation.segment, []).append(citation)
        self._statements = Statements(sorted(passages, key=lambda passage: not _is_cited(passage, self._cited)))

    @cached_property
    def _speakers(self) -> Speakers:
        return Speakers(self._answer, self._statements)

    @cached_property
    def _known_letters(self) -> list[str]:
        """The letters of what an answer may put between marks without quoting anybody."""
        return [letters_of(text) for text in self._known_texts]

    def marked(self) -> Iterator[Quotation]:
        """Yield what stands between quotation marks and is judged."""
        for quote in self.quotes:
            if not quote.is_term and 0 < len(quote.parts) <= MOST_PARTS and (judged := self._judged(quote)):
                yield judged

    def runs(self) -> Iterator[Quotation]:
        """Yield the runs of ``RUN`` words or more that a cited segment has, too, outside of quotation marks."""
        bare = _MARKER.sub(lambda marker: " " * len(marker[0]), self._answer)
        said = words(bare)
        runs = frozenset(in_a_row(said))
        statements = [each for each in self._cited_statements(runs) if not runs.isdisjoint(in_a_row(each.words))]
        if not statements:
            return
        places = [word.span() for word in _WORD.finditer(bare)]
        begins = {run: at for at, run in reversed(list(enumerate(in_a_row(said))))}
        found = [run for each in statements for run in _runs(said, begins, each)]
        done = 0
        for first, length, statement, at in sorted(found, key=lambda run: (run[0], -run[1]))[:MOST_RUNS]:
            begin, end = places[first][0], places[first + length - 1][1]
            if first >= done and not self._is_marked(begin, end):
                done = first + length
                yield self._same(begin, end, statement.stretch(at, at + length - 1), is_marked=False)

    def found(self, quote: Quote) -> Quotation | None:
        """Return a quotation whose words were said, by whom the answer names; else None."""
        place, _ = self._place(quote)
        return self._same(quote.start, quote.end, place) if place else None

    def _judged(self, quote: Quote) -> Quotation | None:
        place, other = self._place(quote)
        if place:
            return self._same(quote.start, quote.end, place)
        if other is None and self._is_known(quote):
            return None
        if nearest := other or self._statements.nearest(quote):
            return self._differs(quote, nearest)
        return Quotation(begin=quote.start, end=quote.end, is_marked=True, fidelity=Fidelity.NOT_FOUND)

    def _place(self, quote: Quote) -> tuple[Place | None, Place | None]:
        """Return where the words of a quotation were said by whom the answer names, or else by somebody else."""
        found = (place for place in self._statements.find(quote.parts) if _has_numbers(place, quote))
        places = islice(found, MOST_PLACES)
        first = next(places, None)
        if first is None:
            return None, None
        named = {*self._speakers.named(quote, self.quotes), ""}
        if len(named) == 1 or first.statement.speaker in named:
            return first, None
        return next((place for place in places if place.statement.speaker in named), None), first

    def _is_known(self, quote: Quote) -> bool:
        """Return whether a quotation is a name, a title, or the words of the question."""
        letters = "".join(part.letters for part in quote.parts)
        return quote.text[-1:] not in ".!?…" and (
            _is_name(quote.text) or any(letters in known for known in self._known_letters)
        )

    def _same(self, begin: int, end: int, place: Place, *, is_marked: bool = True) -> Quotation:
        return self._found(Quotation(begin=begin, end=end, is_marked=is_marked, fidelity=Fidelity.SAME), place)

    def _differs(self, quote: Quote, place: Place) -> Quotation:
        found = Quotation(begin=quote.start, end=quote.end, is_marked=True, fidelity=Fidelity.DIFFERS)
        start, end = sentences_with(place.statement.text, (place.start, place.end))
        found.words = place.statement.text[start:end]
        return self._found(found, place)

    def _found(self, quotation: Quotation, place: Place) -> Quotation:
        segment, first, last = place.segment
        recording, words = place.statement.recording, segment.text[first:last]
        in_recording = self._cited.get(recording.uuid) or {}
        citing = in_recording.get(segment.number) or ()
        numbers = sorted((words not in citation.excerpt, citation.number) for citation in citing)
        quotation.recording_uuid, quotation.segment, quotation.speaker = recording.uuid, segment.number, segment.speaker
        quotation.first, quotation.last, quotation.number = first, last, numbers[0][1] if numbers else None
        return quotation

    def _is_marked(self, begin: int, end: int) -> bool:
        at = bisect_right(self.quotes, begin, key=lambda quote: quote.end)
        return at < len(self.quotes) and self.quotes[at].start < end

    def _cited_statements(self, runs: Set[tuple[str, ...]]) -> Iterator[Statement]:
        """Yield the statements with cited segments, of those passages in which any of these runs of words stands."""
        for spoken in self._statements.passages:
            numbers = self._cited.get(spoken.passage.recording.uuid)
            if numbers is not None and spoken.has_any(runs):
                yield from (each for each in spoken.statements if not numbers.keys().isdisjoint(each.numbers))


def _has_numbers(place: Place, quote: Quote) -> bool:
    """Return whether numbers are written there as in a quotation of the same letters. One with omissions passes."""
    return len(quote.parts) > 1 or digits_of(place.text) == digits_of(quote.text)


def _runs(words: Sequence[str], begins: Mapping[tuple[str, ...], int], statement: Statement) -> Iterator[Run]:
    """Yield the longest runs of words that a statement has in common with an answer, one after another."""
    said, done = statement.words, 0
    for at, run in enumerate(in_a_row(said)):
        first = begins.get(run)
        if first is None or at < done:
            continue
        length = RUN
        while words[first + length : first + length + 1] == said[at + length : at + length + 1] != []:
            length += 1
        done = at + length
        yield first, length, statement, at


def _is_name(text: str) -> bool:
    """Return whether each word of a text has a capital, but for small ones, as in the name of a thing."""
    words = [word for word in _WORD.findall(text) if word not in _SMALL]
    return len(words) > 1 and all(word[0].isupper() or word[0].isdigit() for word in words)
