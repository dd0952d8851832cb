"""What was said in passages, statement by statement: where the words of a quotation stand, and what is nearest."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate

from ..models import Recording, Segment
from ..passages import Passage
from .quotations import Part, Quote, letters_of
from .verbatim import Stretch, weight

NEAR = 0.4
"""The share of the words of a quotation, long ones weighing more, that what is nearest to it has in the same order."""
REPLACED = 4
"""Most words of a statement for which the writer may have put others, in brackets."""
TRIED = 8
"""Places at which a quotation that leaves words out is tried to begin, in a statement."""
COMPARED = 120
"""Words of a quotation that are compared with statements in which it is not."""
COMPARED_STATEMENTS = 3
_SPREAD = 12
"""Words that a statement may have more than a quotation of it."""
_OCCURRENCES = 30

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?…]")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|\w+n[’']t"
    r"|nicht|kein\w*|nie|niemals|niemand|nichts|weder|ne|pas|jamais|rien|nunca|nadie|nada|non|mai|niet|geen|nooit)\b",
    re.IGNORECASE,
)


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
        if self.text.isascii():
            return _WORD.findall(self.text.lower())
        return [word.casefold() for word in _WORD.findall(self.text)]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Its words."""
        return frozenset(self.words)

    def may_have(self, part: Part) -> bool:
        """Return whether it has the letters of a part of a quotation. One that is much shorter has not."""
        return len(part.letters) <= 2 * len(self.text) and part.letters in self.letters

    def find(self, letters: str, after: int = 0) -> Place | None:
        """Return where these letters stand, from the beginning of a word to the end of one, after a place in it."""
        at = self.letters.find(letters, self._letters_before(after) if after else 0)
        while at >= 0:
            start, end = self._place(at), self._place(at + len(letters) - 1) + 1
            if self._is_edge(start) and self._is_edge(end):
                return Place(self, start, end)
            at = self.letters.find(letters, at + 1)
        return None

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

    def _letters_before(self, place: int) -> int:
        return self._lengths[bisect_right(self._places, place, key=lambda word: word[1] - 1)]

    def _place(self, letter: int) -> int:
        """Return the place of a letter in the text."""
        word = min(bisect_right(self._lengths, letter), len(self._places)) - 1
        start, end = self._places[word]
        return min(start + letter - self._lengths[word], end - 1)

    def _is_edge(self, place: int) -> bool:
        """Return whether a word begins or ends here; in a script without cases, with no blanks, any letter."""
        around = self.text[max(place - 1, 0) : place + 1]
        return place == 0 or len(around) < 2 or not around.isalnum() or unicodedata.category(around[0]) == "Lo"


class Spoken:
    """What was said in a passage."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage

    @cached_property
    def statements(self) -> list[Statement]:
        """Its statements in order."""
        return list(_statements(self.passage))

    @cached_property
    def letters(self) -> str:
        """All letters and digits of it, whoever says them: most quotations are not even in these."""
        return letters_of(self.text)

    @cached_property
    def text(self) -> str:
        """All that was said in it."""
        return " ".join([segment.text for segment in self.passage.segments])

    def find(self, parts: Sequence[Part]) -> Iterator[Place]:
        """Yield where the parts of a quotation stand in order, said by one speaker, and no negation is left out."""
        if not all(part.letters in self.letters for part in parts):
            return
        for at, statement in enumerate(self.statements):
            if statement.may_have(parts[0]) and (place := _find(parts, self.statements[at:])):
                yield place


class Statements:
    """The statements of passages, in the order in which they are searched."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = [Spoken(passage) for passage in passages]

    def find(self, parts: Sequence[Part]) -> Iterator[Place]:
        """Yield where the parts of a quotation stand."""
        for spoken in self.passages:
            yield from spoken.find(parts)

    def nearest(self, quote: Quote) -> Place | None:
        """Return the words that are nearest to a quotation; None if nothing is near."""
        wanted = quote.words[:COMPARED]
        known = frozenset(wanted)
        total = sum(map(_weight, wanted))
        statements = (statement for spoken in self.passages for statement in spoken.statements)
        ranked = sorted(statements, key=lambda statement: -weight(known & statement.vocabulary))
        found = (_nearest(wanted, statement) for statement in ranked[:COMPARED_STATEMENTS])
        shared, place = max(filter(None, found), key=lambda near: near[0], default=(0, None))
        return place if total and shared / total >= NEAR else None


def _statements(passage: Passage) -> Iterator[Statement]:
    open_: list[Segment] = []
    for segment in passage.segments:
        if open_ and (segment.speaker != open_[-1].speaker or segment.number != open_[-1].number + 1):
            yield Statement(passage.recording, open_)
            open_ = []
        open_.append(segment)
    if open_:
        yield Statement(passage.recording, open_)


def _find(parts: Sequence[Part], statements: Sequence[Statement]) -> Place | None:
    """Return where the parts stand: in the first of these statements, after an omission in others of its speaker."""
    first, tried = statements[0].find(parts[0].letters), 0
    while first and tried < TRIED:
        last = _follow(first, parts[1:], statements)
        if last:
            return Place(first.statement, first.start, last.end) if last.statement is first.statement else first
        first, tried = statements[0].find(parts[0].letters, first.end), tried + 1
    return None


def _follow(first: Place, parts: Sequence[Part], statements: Sequence[Statement]) -> Place | None:
    """Return where the last of these parts stands, if each follows the one before it; ``first`` if there are none."""
    place = first
    own = [statement for statement in statements if statement.speaker == first.statement.speaker]
    for part in parts:
        after = own[own.index(place.statement) :] if part.gap != "[" else [place.statement]
        following = (each.find(part.letters, place.end if each is place.statement else 0) for each in after)
        found = next(filter(None, following), None)
        if found is None or not _may_be_left_out(place, found, part.gap):
            return None
        place = found
    return place


def _may_be_left_out(before: Place, after: Place, gap: str) -> bool:
    """Return whether the words between two places may be left out: no negation of what is quoted in one sentence."""
    if before.statement is not after.statement:
        return True
    omitted = before.statement.text[before.end : after.start]
    if gap == "[" and len(_WORD.findall(omitted)) > REPLACED:
        return False
    return bool(_SENTENCE_END.search(omitted)) or not _NEGATION.search(omitted)


def _nearest(wanted: Sequence[str], statement: Statement) -> tuple[int, Place] | None:
    """Return the weight of the words that a statement shares with a quotation, around one place, and that place."""
    lines: Counter[int] = Counter()
    for at, word in enumerate(wanted):
        for place in statement.occurrences.get(word, ())[:_OCCURRENCES]:
            lines[(place - at) // _SPREAD] += _weight(word)
    if not lines:
        return None
    begins = max(lines, key=lambda line: lines[line] + lines[line + 1]) * _SPREAD
    offset = max(begins - _SPREAD, 0)
    window = statement.words[offset : max(begins, 0) + len(wanted) + 2 * _SPREAD]
    blocks = SequenceMatcher(None, wanted, window, autojunk=False).get_matching_blocks()[:-1]
    if not blocks:
        return None
    shared = sum(_weight(word) for block in blocks for word in wanted[block.a : block.a + block.size])
    return shared, statement.stretch(offset + blocks[0].b, offset + blocks[-1].b + blocks[-1].size - 1)


def _weight(word: str) -> int:
    return min(len(word), 8) - 1
