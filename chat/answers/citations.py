"""Citations of an answer: for each claim one segment of the cited passage, quoted verbatim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from ..models import Citation, Segment
from ..models.turns.answer import EXCERPT_LIMIT
from ..passages import Passage
from .excerpts import excerpt, sentences
from .verbatim import RUN, Spoken, Stretch, quotations, weight, words

__all__ = ["EXCERPT_LIMIT", "Sources"]

_WORD = re.compile(r"\w+")
_ASCII_WORD = re.compile(r"[a-z0-9_]+")  # the same in lower case and ASCII, found in less time


@dataclass(frozen=True)
class Place:
    """The words behind a claim: a stretch of a segment of a passage."""

    passage: Passage
    segment: Segment
    stretch: Stretch

    @property
    def shown(self) -> Stretch:
        """The part of the segment that is shown as the excerpt."""
        return excerpt(self.segment.text, self.stretch)


class Sources:
    """The passages that a model got, and the citations that its answer makes of them.

    A passage is longer than one statement, so each marker cites one segment: where the quotation in the claim stands,
    or its longest run of words, or else the segment that shares the most words with it. The citations are numbered by
    first use; two stretches of a long segment that do not fit into one excerpt are two citations.
    """

    def __init__(self, passages: Sequence[Passage], question: str) -> None:
        self.citations: list[Citation] = []
        self._passages = passages
        self._question_words = _words(question)
        self._numbers: dict[tuple[int, int], list[tuple[Stretch, int]]] = {}
        self._spoken: dict[tuple[int, int, str], Spoken] = {}
        self._cited: dict[tuple[int, str], int] = {}
        self._shown = 0

    def cite(self, passage: int, claim: str) -> int | None:
        """Return the number for a marker with this claim that names this passage (from 1); None if there is none."""
        if not 1 <= passage <= len(self._passages):
            return None
        if (passage, claim) not in self._cited:
            self._cited[passage, claim] = self._number(self._place(self._passages[passage - 1], claim))
        return self._cited[passage, claim]

    def given(self) -> list[Citation]:
        """Return the segment of each passage that is closest to the question, as what an answer does not cite."""
        places = [self._closest(passage, "") for passage in self._passages]
        return [_citation(number, place, cited=False) for number, place in enumerate(places, 1)]

    def _number(self, place: Place) -> int:
        """Return the number of the citation whose excerpt shows this place; make a new one if there is none."""
        numbers = self._numbers.setdefault((place.passage.recording.pk, place.segment.number), [])
        (start, end), shown = place.stretch, place.shown
        for (first, last), number in numbers:
            if (first <= start and end <= last) or (first, last) == shown:
                return number
        number = len(self.citations) + 1
        numbers.append((shown, number))
        self.citations.append(_citation(number, place))
        return number

    def _place(self, cited: Passage, claim: str) -> Place:
        return self._quoted(cited, claim) or self._repeated(cited, claim) or self._closest(cited, claim)

    def _quoted(self, cited: Passage, claim: str) -> Place | None:
        """Return where the last quotation in the claim stands: in the cited passage, or else in another one."""
        for quotation in reversed(quotations(claim)):
            others = self._passages if len(words(quotation)) >= RUN else ()
            for passage in (cited, *others):
                found = [
                    Place(passage, segment, stretch)
                    for segment, spoken in self._segments(passage)
                    if (stretch := spoken.find(quotation))
                ]
                if found:
                    return max(found, key=lambda place: (quotation in place.segment.text, *_fit(place.segment, claim)))
        return None

    def _repeated(self, cited: Passage, claim: str) -> Place | None:
        """Return where the longest run of words stands that the claim repeats verbatim."""
        wanted = Spoken(claim)
        if not wanted.may_share_run(" ".join([segment.text for segment in cited.segments])):
            return None  # most claims repeat none, and one look at all segments shows that sooner than one at each
        runs = [
            (run[0], Place(cited, segment, run[1]))
            for segment, spoken in self._segments(cited)
            if (run := spoken.longest_run(wanted))
        ]
        return max(runs, key=lambda run: (run[0], _fit(run[1].segment, claim)))[1] if runs else None

    def _closest(self, cited: Passage, claim: str) -> Place:
        """Return the sentence with the most words of claim and question, in the segment closest to the claim."""
        claimed, asked = _words(claim), self._question_words

        def closeness(segment: Segment) -> tuple[int, int, int]:
            said = _words(f"{segment.speaker} {segment.text}")
            return weight(claimed & said), weight(asked & said), -segment.number

        segment = max(cited.segments, key=closeness)
        about, text = claimed | asked, segment.text
        best = max(sentences(text), key=lambda part: (weight(about & _words(text[part[0] : part[1]])), -part[0]))
        return Place(cited, segment, best)

    def _segments(self, passage: Passage) -> Iterator[tuple[Segment, Spoken]]:
        for segment in passage.segments:
            key = (passage.recording.pk, segment.number, segment.text)
            if key not in self._spoken:
                self._spoken[key] = Spoken(segment.text)
            yield segment, self._spoken[key]

    def shown(self, text: str, before: int) -> list[Citation]:
        """Return the citations made since the last call, whose markers are in ``text``, which comes next.

        Set where they are shown; ``before`` is the length of the answer before this text.
        """
        if self._shown == len(self.citations):
            return []
        new, self._shown = self.citations[self._shown :], len(self.citations)
        for citation in new:
            marker = f"[{citation.number}]"
            citation.shown_at = before + (text.find(marker) + len(marker) if marker in text else 0)
        return new


def _citation(number: int, place: Place, *, cited: bool = True) -> Citation:
    start, end = place.shown
    citation = Citation.quoting(place.passage.recording, place.segment, number, place.segment.text[start:end])
    citation.cited = cited
    return citation


def _fit(segment: Segment, claim: str) -> tuple[int, int, int]:
    """Return how well a segment fits, of several that hold the words of a claim: by its speaker, then the shorter."""
    return _overlap(_words(claim), segment), -len(segment.text), -segment.number


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[str]:
    return frozenset((_ASCII_WORD if text.isascii() else _WORD).findall(text.casefold()))


def _overlap(shared: Set[str], segment: Segment) -> int:
    return weight(shared & _words(f"{segment.speaker} {segment.text}"))
