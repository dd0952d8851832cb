"""Citations of an answer: for each cited passage one segment, quoted verbatim."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import lru_cache

from ..models import Citation, Segment
from ..passages import Passage

EXCERPT_LIMIT = 480
"""Maximum of characters in an excerpt."""

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


class Sources:
    """The passages that a model got, and the citations that its answer makes of them.

    A passage is longer than one statement, so each marker cites the segment of its passage that shares the most words
    with the claim before the marker. The cited segments are numbered by first use.
    """

    def __init__(self, passages: Sequence[Passage], question: str) -> None:
        self.citations: list[Citation] = []
        self._passages = passages
        self._question_words = _words(question)
        self._numbers: dict[tuple[int, int], int] = {}
        self._shown = 0

    def cite(self, passage: int, claim: str) -> int | None:
        """Return the number for a marker after ``claim`` that names this passage (from 1); None if there is none."""
        if not 1 <= passage <= len(self._passages):
            return None
        cited = self._passages[passage - 1]
        claimed = _words(claim)
        asked = self._question_words
        segment = max(cited.segments, key=lambda s: (_overlap(claimed, s), _overlap(asked, s), -s.number))
        place = (cited.recording.pk, segment.number)
        if place not in self._numbers:
            self._numbers[place] = len(self._numbers) + 1
            self.citations.append(_citation(self._numbers[place], cited, segment, claimed | asked))
        return self._numbers[place]

    def shown(self, text: str, before: int) -> list[Citation]:
        """Return the citations made since the last call, whose markers are in ``text``, which comes next.

        Set where they are shown; ``before`` is the length of the answer before this text.
        """
        new, self._shown = self.citations[self._shown :], len(self.citations)
        for citation in new:
            marker = f"[{citation.number}]"
            citation.shown_at = before + (text.find(marker) + len(marker) if marker in text else 0)
        return new


def _citation(number: int, passage: Passage, segment: Segment, about: Set[str]) -> Citation:
    return Citation(
        number=number,
        recording=passage.recording,
        recording_uuid=passage.recording.uuid,
        recording_title=passage.recording.title,
        segment=segment.number,
        speaker=segment.speaker,
        excerpt=_excerpt(segment.text, about),
        start=segment.start,
        end=segment.end,
    )


def _excerpt(text: str, about: Set[str]) -> str:
    """Return the whole text, or as many sentences around the one with most shared words as the limit allows."""
    if len(text) <= EXCERPT_LIMIT:
        return text
    starts = [0, *(gap.end() for gap in _SENTENCE_END.finditer(text))]
    ends = [*starts[1:], len(text)]
    best = max(range(len(starts)), key=lambda i: (_weight(about & _words(text[starts[i] : ends[i]])), -i))
    first = last = best
    while last + 1 < len(ends) and ends[last + 1] - starts[first] <= EXCERPT_LIMIT:
        last += 1
    while first > 0 and ends[last] - starts[first - 1] <= EXCERPT_LIMIT:
        first -= 1
    return _cut(text[starts[first] : ends[last]].strip())


def _cut(text: str) -> str:
    """Cut a sentence that exceeds the limit of an excerpt, if possible between words."""
    if len(text) <= EXCERPT_LIMIT:
        return text
    head, _, _ = text[: EXCERPT_LIMIT + 1].rpartition(" ")
    return head or text[:EXCERPT_LIMIT]


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _overlap(words: Set[str], segment: Segment) -> int:
    return _weight(words & _words(f"{segment.speaker} {segment.text}"))


def _weight(shared: Set[str]) -> int:
    """Return the weight of words that two texts share: long words weigh more than short ones."""
    return sum(min(len(word), 8) - 1 for word in shared)
