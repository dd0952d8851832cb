"""What one speaker says in segments one after another, and where in it the words of a quotation stand."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.utils.functional import cached_property

from ..models import Recording, Segment
from .quotations import Part, letters_of
from .verbatim import Stretch, words

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Place:
    """A stretch of a statement."""

    statement: Statement
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words there, verbatim."""
        return self.statement.text[self.start : self.end]

    @property
    def segment(self) -> tuple[Segment, int, int]:
        """The segment in which it begins, and which part of its text it is, up to its end."""
        return self.statement.in_segment(self.start, self.end)


class Statement:
    """What one speaker says in segments one after another."""

    def __init__(self, recording: Recording, segments: Sequence[Segment]) -> None:
        self.recording, self.speaker = recording, segments[0].speaker
        self.text = " ".join(segment.text for segment in segments)
        self._segments = segments

    @property
    def numbers(self) -> Iterator[int]:
        """The numbers of its segments."""
        return (segment.number for segment in self._segments)

    @cached_property
    def letters(self) -> str:
        """Its letters and digits, in which those of a quotation are looked for."""
        return letters_of(self.text)

    @cached_property
    def words(self) -> list[str]:
        """Its words in order, without case."""
        return words(self.text)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Its words."""
        return frozenset(self.words)

    def may_have(self, part: Part) -> bool:
        """Return whether it has the letters of a part of a quotation. One that is much shorter has not."""
        return len(part.letters) <= 2 * len(self.text) and part.letters in self.letters

    def find(self, letters: str, after: int = 0) -> tuple[int, Place] | None:
        """Return where these letters stand, from the beginning of a word to the end of one.

        Look from this letter on. The letter at which they begin comes first, then their place in the text.
        """
        at = self.letters.find(letters, after)
        while at >= 0:
            if place := self._whole_words(at, at + len(letters)):
                return at, place
            at = self.letters.find(letters, at + 1)
        return None

    def letters_before(self, place: int) -> int:
        """Return how many letters there are before the word that comes next after a place in the text."""
        return self._lengths[bisect_right(self._places, place, key=lambda word: word[1] - 1)] if place else 0

    def stretch(self, first: int, last: int) -> Place:
        """Return the place of its words from ``first`` to ``last``."""
        return Place(self, self._places[first][0], self._places[last][1])

    @cached_property
    def occurrences(self) -> dict[str, list[int]]:
        """Where each of its words stands, counted in words."""
        places = defaultdict(list)
        for at, word in enumerate(self.words):
            places[word].append(at)
        return places

    def in_segment(self, start: int, end: int) -> tuple[Segment, int, int]:
        """Return the segment in which a stretch begins, and which part of its text it is, up to its end."""
        begins = list(accumulate((len(segment.text) + 1 for segment in self._segments), initial=0))
        at = bisect_right(begins, start, hi=len(self._segments)) - 1
        segment = self._segments[at]
        return segment, start - begins[at], min(end - begins[at], len(segment.text))

    @cached_property
    def _places(self) -> list[Stretch]:
        return [word.span() for word in _WORD.finditer(self.text)]

    @cached_property
    def _lengths(self) -> list[int]:
        """How many letters there are before each word, and in all."""
        if self.text.isascii():
            return list(accumulate((end - start for start, end in self._places), initial=0))
        return list(accumulate((len(letters_of(self.text[start:end])) for start, end in self._places), initial=0))

    @cached_property
    def _bounds(self) -> frozenset[int]:
        return frozenset(self._lengths)

    def _whole_words(self, first: int, end: int) -> Place | None:
        """Return the place of the letters from ``first`` to ``end`` unless it begins or ends within a word."""
        if self.text.isascii() and not (first in self._bounds and end in self._bounds):
            return None  # what the edges would say, too, in a tenth of the time
        place = Place(self, self._place(first), self._place(end - 1) + 1)
        return place if self._is_edge(place.start) and self._is_edge(place.end) else None

    def _place(self, letter: int) -> int:
        """Return the place of a letter in the text."""
        word = min(bisect_right(self._lengths, letter), len(self._places)) - 1
        start, end = self._places[word]
        if letter + 1 == self._lengths[word + 1]:
            return end - 1  # also of a word with other letters than are written, such as ガ for ｶﾞ
        return min(start + letter - self._lengths[word], end - 1)

    def _is_edge(self, place: int) -> bool:
        """Return whether a word begins or ends here; in a script without cases, with no blanks, any letter."""
        around = self.text[max(place - 1, 0) : place + 1]
        return place == 0 or len(around) < 2 or not around.isalnum() or unicodedata.category(around[0]) == "Lo"
