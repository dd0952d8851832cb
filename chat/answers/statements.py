"""What was said in passages, statement by statement: where the words of a quotation stand, and what is nearest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from difflib import SequenceMatcher

from django.utils.functional import cached_property

from ..models import Segment
from ..passages import Passage
from .in_order import InOrder
from .quotations import Part, Quote, letters_of
from .statement import Place, Statement
from .verbatim import in_a_row, weight, words

NEAR = 0.4
"""The share of the words of a quotation, long ones weighing more, that what is nearest to it has in the same order."""
COMPARED = 120
"""Words of a quotation that are compared with statements in which it is not."""
COMPARED_STATEMENTS = 3
_SPREAD = 12
"""Words that a statement may have more than a quotation of it."""
_OCCURRENCES = 30


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

    def has_any(self, runs: Set[tuple[str, ...]]) -> bool:
        """Return whether any of these runs of ``RUN`` words stands in it, whoever says them; most have none."""
        return bool(runs) and not runs.isdisjoint(in_a_row(words(self.text)))

    def find(self, parts: Sequence[Part]) -> Iterator[Place]:
        """Yield where the parts of a quotation stand in order, said by one speaker, and no negation is left out."""
        if not all(part.letters in self.letters for part in parts):
            return
        searches = {speaker: InOrder(parts, statements) for speaker, statements in self._of_speakers.items()}
        passed = Counter[str]()
        for statement in self.statements:
            at = passed[statement.speaker]
            passed[statement.speaker] += 1
            if statement.may_have(parts[0]) and (place := searches[statement.speaker].begin_in(at)):
                yield place

    @cached_property
    def _of_speakers(self) -> dict[str, list[Statement]]:
        """The statements of each speaker in order."""
        found: defaultdict[str, list[Statement]] = defaultdict(list)
        for statement in self.statements:
            found[statement.speaker].append(statement)
        return found


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
