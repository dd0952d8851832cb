"""Bare numbers in parentheses, which are markers only in an answer without any other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .claims import CLAIM_LIMIT, before, stands_first
from .literals import MATH_LIMIT, closes_formula, opens_formula
from .spellings import LIMIT, PARENTHESES, numbers_in
from .unmarked import is_in_address

_IN_LINK_TEXT = re.compile(r"[^\[\]\n]{0,200}\]\(")
_ENUMERATES = re.compile(r"(?:[:：;,]|\b(?:and|or|und|oder|et|ou|y|o))\s*\Z")
_HAS_WORDS_AFTER = re.compile(r"[ \t]+\w")
_LETTER = re.compile(r"[^\W_]")
_IDEOGRAPH = re.compile(r"[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff]")


@dataclass(frozen=True)
class Edit:
    """A change of the whole text of an answer: ``text`` replaces its characters from ``start`` to ``end``."""

    start: int
    end: int
    text: str


class Parentheses:
    """The places of an answer where bare numbers in parentheses may be markers.

    A reader has seen them as text before that is known: only the end of the answer tells. So they are shown as they
    are, and edited when the answer is stored.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._starts: list[int] = []

    def add(self, shown: str) -> None:
        """Add the next text that is shown."""
        self._pieces.append(shown)
        self._length += len(shown)

    def open(self) -> None:
        """Note that the last character opens parentheses, outside of code, addresses and formulas."""
        self._starts.append(self._length - 1)

    def edits(self, cite: Callable[[int, str], int | None]) -> list[Edit]:
        """Return the edits that replace these numbers by those that ``cite`` returns."""
        text = "".join(self._pieces)
        made = (_edit(text, match, cite) for start in self._starts if (match := _marker(text, start)))
        return [edit for edit in made if edit]


def edited(chunks: Sequence[str], edits: Iterable[Edit]) -> list[str]:
    """Return the chunks of a text after these edits, which are in order; each belongs to the chunk of its start."""
    result: list[list[str]] = [[] for _ in chunks]
    ends = _ends(chunks)
    text, at, chunk = "".join(chunks), 0, 0

    def copy(until: int) -> None:
        nonlocal at, chunk
        while at < until:
            while ends[chunk] <= at:
                chunk += 1
            stop = min(until, ends[chunk])
            result[chunk].append(text[at:stop])
            at = stop

    for edit in edits:
        copy(edit.start)
        while ends[chunk] <= at:
            chunk += 1
        result[chunk].append(edit.text)
        at = edit.end
    copy(len(text))
    return ["".join(parts) for parts in result]


def _ends(chunks: Sequence[str]) -> list[int]:
    ends, length = [], 0
    for chunk in chunks:
        length += len(chunk)
        ends.append(length)
    return ends


def _marker(text: str, start: int) -> re.Match[str] | None:
    """Return the numbers in parentheses that begin here, if they may be a marker."""
    match = PARENTHESES.match(text, start, start + LIMIT)
    if match is None:
        return None
    context, following = text[max(0, start - CLAIM_LIMIT) : start], text[match.end() : match.end() + MATH_LIMIT + 1]
    line = context.rpartition("\n")[2]
    is_call = _LETTER.match(context[-1:]) and not _IDEOGRAPH.match(context[-1:])
    is_enumeration = _ENUMERATES.search(context[-8:]) and _HAS_WORDS_AFTER.match(following)
    if is_call or is_enumeration or stands_first(line) or is_in_address(context) or _IN_LINK_TEXT.match(following):
        return None
    return None if opens_formula(line) and closes_formula(following, is_whole=True) else match


def _edit(text: str, match: re.Match[str], cite: Callable[[int, str], int | None]) -> Edit | None:
    claim = before(text[max(0, match.start() - CLAIM_LIMIT) : match.start()])
    cited = [number for each in numbers_in(match[0]) if (number := cite(each, claim)) is not None]
    if not cited:
        return None
    makes_link = text[match.end() : match.end() + 1] in ("(", ":", "[") and not _marker(text, match.end())
    gap = " " if makes_link else ""
    return Edit(match.start(), match.end(), "".join(f"[{number}]" for number in dict.fromkeys(cited)) + gap)
