"""Emphasis: runs of ``*``, ``_`` and ``~~``, and which of them make a pair.

The rules are CommonMark's, with exceptions for what models write. A run closes although punctuation precedes it and a
word follows (``**Price:**480``, ``**结论：**四月``). It opens although it follows a word, before a quotation mark or a
bracket (``said**"yes"**``), and beside Chinese, Japanese and Korean, which have no spaces. Between two digits it is a
sign of multiplication (``2*3*4``). An emoji counts as a letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

TAGS = {"*": {1: "em", 2: "strong"}, "_": {1: "em", 2: "strong"}, "~": {2: "s"}}
_SPACE = re.compile("[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]?")
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)
_OPENING = {"Ps", "Pi"}


@dataclass(slots=True, eq=False)
class Run:
    """A run of one mark. ``count`` are its marks that are not in a pair; ``closing`` and ``opening`` are elements."""

    mark: str
    length: int
    opens: bool
    closes: bool
    is_last: bool = False
    is_in_word: bool = False
    count: int = 0
    closing: list[int] = field(default_factory=list)
    opening: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.count = self.length

    @property
    def is_both(self) -> bool:
        """Whether it may open and close."""
        return self.opens and self.closes


def run(mark: str, length: int, before: str, after: str) -> Run:
    """Return a run between two characters; "" at an end of the block."""
    opens, closes = _flanking(mark, before, after)
    if mark == "~" and length != 2:
        opens = closes = False
    return Run(mark, length, opens, closes, is_last=not after, is_in_word=before.isalnum() and after.isalnum())


def pair(runs: Sequence[Run], *, is_half: bool = False) -> list[Run]:
    """Find the pairs of runs, in the way of CommonMark, and return the runs that are left open.

    ``is_half``: marks at the end of a text that goes on close only what they close completely.
    """
    stack: list[Run] = []
    lowest: dict[tuple[str, bool, int], int] = {}
    for closer in runs:
        if closer.closes:
            _close(closer, stack, lowest, is_whole=is_half and closer.is_last)
        if closer.opens and closer.count:
            stack.append(closer)
    return stack


def _close(closer: Run, stack: list[Run], lowest: dict[tuple[str, bool, int], int], *, is_whole: bool) -> None:
    key = (closer.mark, closer.opens, closer.length % 3)
    while closer.count:
        at = _opener(closer, stack, lowest.get(key, 0))
        if at < 0:
            lowest[key] = len(stack)
            return
        opener = stack[at]
        if is_whole and opener.count > closer.count:
            return
        size = 2 if opener.count >= 2 and closer.count >= 2 else 1
        opener.opening.append(size)
        closer.closing.append(size)
        opener.count -= size
        closer.count -= size
        del stack[at + (1 if opener.count else 0) :]
        for each, bottom in lowest.items():
            lowest[each] = min(bottom, len(stack))


def _opener(closer: Run, stack: Sequence[Run], bottom: int) -> int:
    """Return the place of the innermost run that this one closes; -1 if there is none."""
    for at in range(len(stack) - 1, bottom - 1, -1):
        if stack[at].mark == closer.mark and not _is_odd(stack[at], closer):
            return at
    return -1


def _is_odd(opener: Run, closer: Run) -> bool:
    """Return whether the lengths forbid a pair, as those of ``*`` and ``**`` in ``*a**b*``."""
    if not (opener.is_both or closer.is_both) or (opener.length + closer.length) % 3:
        return False
    return bool(opener.length % 3 or closer.length % 3)


@lru_cache(maxsize=4096)
def _flanking(mark: str, before: str, after: str) -> tuple[bool, bool]:
    """Return whether a run may open and whether it may close emphasis."""
    if mark == "*" and "0" <= before <= "9" and "0" <= after <= "9":
        return False, False
    is_open_before, is_open_after = is_space(before) or is_punctuation(before), is_space(after) or is_punctuation(after)
    left = not is_space(after) and (not is_punctuation(after) or is_open_before)
    right = not is_space(before) and (not is_punctuation(before) or is_open_after)
    if mark == "_":
        return left and (not right or is_punctuation(before)), right and (not left or is_punctuation(after))
    opens = left or (not is_space(after) and (_is_cjk(before) or _is_opening(after)))
    closes = right or (not is_space(before) and not _is_bracket(before))
    return opens, closes


def is_space(character: str) -> bool:
    """Return whether a character is blank, or the end of the block."""
    return _SPACE.fullmatch(character) is not None


@lru_cache(maxsize=4096)
def is_punctuation(character: str) -> bool:
    """Return whether a character is punctuation or a sign, but no emoji."""
    kind = unicodedata.category(character) if character else ""
    return kind[:1] == "P" or kind in {"Sm", "Sc", "Sk"}


def _is_cjk(character: str) -> bool:
    return _CJK.fullmatch(character) is not None


def _is_bracket(character: str) -> bool:
    return unicodedata.category(character) in _OPENING


def _is_opening(character: str) -> bool:
    return character in {'"', "'"} or _is_bracket(character)
