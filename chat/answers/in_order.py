"""The parts of a quotation that leaves words out: where one speaker says them, one after another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .quotations import Part
from .statement import Place, Statement

REPLACED = 4
"""Most words of a statement for which the writer may have put others, in brackets."""
TRIED = 8
"""Places at which a quotation that leaves words out is tried to begin, in a statement."""

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?…]")
NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|\w+n[’']t"
    r"|nicht|kein\w*|nie|niemals|niemand|nichts|weder|ne|pas|jamais|rien|nunca|nadie|nada|non|mai|niet|geen|nooit)\b",
    re.IGNORECASE,
)
"""Words that nobody may leave out of a quotation without changing its sense."""


class InOrder:
    """The parts of a quotation, looked for in the statements of one speaker.

    Each part is looked for only behind where it was found before: however often the first one occurs, the statements
    are read once for each part.
    """

    def __init__(self, parts: Sequence[Part], statements: Sequence[Statement]) -> None:
        self._letters, self._statements = parts[0].letters, statements
        self._others = [_Part(part, statements) for part in parts[1:]]

    def begin_in(self, at: int) -> Place | None:
        """Return where the parts stand if the first one is in this statement; call it for later and later ones.

        If the others go on in statements that follow it is the place of the first.
        """
        statement, after = self._statements[at], 0
        for _ in range(TRIED):
            if self._is_over or not (found := statement.find(self._letters, after)):
                return None
            first = found[1]
            if last := _last(at, first, self._others):
                return Place(statement, first.start, last.end) if last.statement is statement else first
            after = statement.letters_before(first.end)
        return None

    @property
    def _is_over(self) -> bool:
        """Whether one of the parts does not occur any more."""
        return any(part.is_over for part in self._others)


class _Part:
    """A part, and where it comes next: nowhere if it ``is_over``. It is asked for later and later places."""

    def __init__(self, part: Part, statements: Sequence[Statement]) -> None:
        self._part, self._statements = part, statements
        self._next: tuple[int, int] = (-1, 0)
        """In which statement it comes, and at which of its letters: nowhere between what was asked last and that."""
        self._place: Place | None = None
        self.failed: Place | None = None
        """A place that the following parts do not follow."""

    @property
    def is_over(self) -> bool:
        """Whether it does not come any more."""
        return self._next[0] == len(self._statements)

    def follow(self, at: int, before: Place) -> tuple[int, Place] | None:
        """Return the statement and the place where it comes after a place in statement ``at``, if it may follow."""
        letter = before.statement.letters_before(before.end)
        if self._next < (at, letter):
            self._look(at, letter)
        if self._place is None or self._place is self.failed:
            return None
        return (self._next[0], self._place) if _may_be_left_out(before, self._place, self._part.gap) else None

    def _look(self, first: int, letter: int) -> None:
        end = first + 1 if self._part.gap == "[" else len(self._statements)
        for at in range(first, end):
            if found := self._statements[at].find(self._part.letters, letter if at == first else 0):
                self._next, self._place = (at, found[0]), found[1]
                return
        self._next, self._place = (end, -1), None


def _last(at: int, place: Place, others: Sequence[_Part]) -> Place | None:
    """Return where the last of these parts stands, if each follows the one before it; the place if there are none."""
    if not others:
        return place
    following = others[0].follow(at, place)
    if following is None:
        return None
    last = _last(*following, others[1:])
    if last is None:
        others[0].failed = following[1]
    return last


def _may_be_left_out(before: Place, after: Place, gap: str) -> bool:
    """Return whether the words between two places may be left out: no negation of what is quoted in one sentence."""
    if before.statement is not after.statement:
        return True
    omitted = before.statement.text[before.end : after.start]
    if gap == "[" and len(_WORD.findall(omitted)) > REPLACED:
        return False
    return bool(_SENTENCE_END.search(omitted)) or not NEGATION.search(omitted)
