"""Search for the words of a claim in a text: for a quotation, or for a run of words that stands there verbatim."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import cached_property

RUN = 5
"""Minimum of words in a run that counts as verbatim; shorter runs occur everywhere."""

Stretch = tuple[int, int]
"""Beginning and end of a part of a text, in characters."""

_WORD = re.compile(r"[^\W_]+")
_ESCAPED = re.compile(r"\\([\W_])")
_PUNCTUATION = re.compile(r"[^\w\s]*")
_QUOTATION = re.compile(r"„([^“”\n]*)[“”]|“([^”\n]*)”|«([^»\n]*)»|\"([^\"\n]*)\"")


def words(text: str) -> list[str]:
    """Return the words of a text in order, without case and punctuation."""
    return [word.casefold() for word in _WORD.findall(text)]


def weight(shared: Set[str]) -> int:
    """Return the weight of words that two texts share: long words weigh more than short ones."""
    return sum([min(len(word), 8) - 1 for word in shared]) if shared else 0


def quotations(markdown: str) -> list[str]:
    """Return what stands between quotation marks in a text, without the backslashes of Markdown; nothing wordless."""
    quoted = ["".join(part for part in match.groups() if part) for match in _QUOTATION.finditer(markdown)]
    return [_ESCAPED.sub(r"\1", text) for text in quoted if words(text)]


class Spoken:
    """A text as a sequence of words, in which others are looked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._places = [match.span() for match in _WORD.finditer(text)]
        self._words = words(text)

    def find(self, quotation: str) -> Stretch | None:
        """Return where a quotation stands, or else its words one after another; None if they do not."""
        literal = re.search(rf"(?<!\w){re.escape(quotation)}(?!\w)", self.text)
        if literal:
            return literal.span()
        wanted = words(quotation)
        at = self._line.find(f" {' '.join(wanted)} ")
        return None if at < 0 else self._stretch(self._line.count(" ", 0, at), len(wanted))

    def longest_run(self, wanted: Sequence[str]) -> tuple[int, Stretch] | None:
        """Return the length in words of the longest run that stands here too, and where; None below ``RUN``."""
        runs = [
            (self._run(wanted, start, place), place)
            for start in range(len(wanted) - RUN + 1)
            for place in self._beginnings.get(tuple(wanted[start : start + RUN]), ())
        ]
        if not runs:
            return None
        length, place = max(runs, key=lambda run: run[0])
        return length, self._stretch(place, length)

    @cached_property
    def _line(self) -> str:
        return f" {' '.join(self._words)} "

    @cached_property
    def _beginnings(self) -> dict[tuple[str, ...], list[int]]:
        places: dict[tuple[str, ...], list[int]] = {}
        for place in range(len(self._words) - RUN + 1):
            places.setdefault(tuple(self._words[place : place + RUN]), []).append(place)
        return places

    def _run(self, wanted: Sequence[str], start: int, place: int) -> int:
        """Return how many words from ``start`` on are the same as those from ``place`` on."""
        length = RUN
        while wanted[start + length : start + length + 1] == self._words[place + length : place + length + 1] != []:
            length += 1
        return length

    def _stretch(self, place: int, length: int) -> Stretch:
        """Return the place of these words, with the punctuation that belongs to them."""
        start, end = self._places[place][0], self._places[place + length - 1][1]
        before, after = _PUNCTUATION.match(self.text[:start][::-1]), _PUNCTUATION.match(self.text, end)
        return start - (before.end() if before else 0), after.end() if after else end
