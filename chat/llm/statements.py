"""Statements: what one speaker says at a stretch in a passage, long enough to be understood by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..terms import terms, words

SHORTEST = 80
"""Characters that a statement has at least, unless its speaker says no more."""
LONGEST = 320
"""Maximum of characters in a statement."""

_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+[\"”’)]*|\n|$)")
_ANSWERING_WORDS = 3
"""Minimum of words in a reply; fewer are "Yes." or "Mm-hmm."."""
_REPLIES = 4
"""Maximum of segments after a question among which its reply is looked for."""


@dataclass(frozen=True)
class Statement:
    """A statement with its position: the passage (from 1), the segment in it, and the first and last sentence in that.

    ``parts`` are its words, one part for each segment that they are from.
    """

    passage: int
    recording: str
    segment: int
    first: int
    last: int
    speaker: str
    parts: tuple[str, ...]
    terms: frozenset[str]

    @property
    def text(self) -> str:
        """The words of all parts."""
        return " ".join(self.parts)

    @property
    def asks(self) -> bool:
        """Whether it ends with a question."""
        return self.parts[-1].rstrip('"”’) ').endswith("?")

    def overlaps(self, other: Statement) -> bool:
        """Return whether both have a sentence in common, or a part that says the same."""
        said = {tuple(words(part)) for part in self.parts}
        if not said.isdisjoint(tuple(words(part)) for part in other.parts):
            return True
        is_same_segment = (self.passage, self.segment) == (other.passage, other.segment)
        return is_same_segment and self.first <= other.last and other.first <= self.last


def statements(passages: Sequence[dict[str, Any]]) -> list[Statement]:
    """Return the statements of all passages in order; those of one segment overlap if it has many sentences."""
    return [
        statement
        for passage in passages
        for number, segment in enumerate(passage["said"])
        for statement in _of_segment(passage, number, segment)
    ]


def reply_to(question: Statement, passages: Sequence[dict[str, Any]]) -> Statement | None:
    """Return what another speaker says next, if it is more than a word and no question."""
    passage = passages[question.passage - 1]
    following = range(question.segment + 1, min(question.segment + 1 + _REPLIES, len(passage["said"])))
    for number in following:
        segment = passage["said"][number]
        if segment["speaker"] == question.speaker:
            continue
        for statement in _of_segment(passage, number, segment):
            if not statement.asks and len(statement.text.split()) >= _ANSWERING_WORDS:
                return statement
    return None


def complete(statement: Statement, passages: Sequence[dict[str, Any]]) -> Statement:
    """Add what the same speaker says in the next segments to a statement that ends with its segment and is short."""
    said = passages[statement.passage - 1]["said"]
    number = statement.segment
    while len(statement.text) < SHORTEST and number + 1 < len(said):
        number += 1
        text = said[number]["text"].strip()
        if (
            said[number]["speaker"] != statement.speaker
            or len(statement.text) + len(text) >= LONGEST
            or not words(text)
        ):
            break
        statement = replace(statement, parts=(*statement.parts, text))
    return statement


def _of_segment(passage: dict[str, Any], number: int, segment: dict[str, Any]) -> Iterator[Statement]:
    text, speaker = segment["text"], segment["speaker"]
    places = [place for place in _sentences(text) if words(text[slice(*place)])]
    spoken = [frozenset(terms(text[slice(*place)])) for place in places]
    speaker_terms = frozenset(terms(speaker))
    for first, (start, _) in enumerate(places):
        last = _last(places, first)
        end = places[last][1]
        if first == 0 or end - start >= SHORTEST:
            yield Statement(
                passage=passage["n"],
                recording=passage["recording"],
                segment=number,
                first=first,
                last=last,
                speaker=speaker,
                parts=(_cut(text[start:end]),),
                terms=speaker_terms.union(*spoken[first : last + 1]),
            )


def _last(places: Sequence[tuple[int, int]], first: int) -> int:
    """Return the last sentence of the statement that begins with this one."""
    start, last = places[first][0], first
    while places[last][1] - start < SHORTEST and last + 1 < len(places) and places[last + 1][1] - start <= LONGEST:
        last += 1
    return last


def _sentences(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a text begin and end, without the white space around them."""
    places = []
    for match in _SENTENCE.finditer(text):
        start = match.end() - len(match[0].lstrip())
        end = match.start() + len(match[0].rstrip())
        if start < end:
            places.append((start, end))
    return places


def _cut(text: str) -> str:
    """Cut a sentence that exceeds the limit, if possible between words."""
    if len(text) <= LONGEST:
        return text
    head, _, _ = text[: LONGEST + 1].rpartition(" ")
    return head or text[:LONGEST]
