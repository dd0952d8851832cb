"""Search for the words of a claim in a text: for a quotation, or for a run of words that stands there verbatim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from django.utils.functional import cached_property

RUN = 5
"""Minimum of words in a run that counts as verbatim; shorter runs occur everywhere."""

Stretch = tuple[int, int]
"""Beginning and end of a part of a text, in characters."""

_WORD = re.compile(r"[^\W_]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")  # the same in lower case and ASCII, found in less time
_ESCAPED = re.compile(r"\\([\W_])")
_PUNCTUATION = re.compile(r"[^\w\s]*")
_OPENING = re.compile(r"[„“«\"]")
_QUOTATION = re.compile(r"„([^“”\n]*)[“”]|“([^”\n]*)”|«([^»\n]*)»|\"([^\"\n]*)\"")


def words(text: str) -> list[str]:
    """Return the words of a text in order, without case and punctuation."""
    if text.isascii():  # else the words of the folded text may be others
        return _ASCII_WORD.findall(text.casefold())
    return [word.casefold() for word in _WORD.findall(text)]


def in_a_row(all_words: Sequence[str], count: int = RUN) -> Iterator[tuple[str, ...]]:
    """Return every run of so many words, in the order in which they begin."""
    return zip(*(all_words[start:] for start in range(count)), strict=False)


def weight(shared: Set[str]) -> int:
    """Return the weight of words that two texts share: long words weigh more than short ones."""
    return sum([min(len(word), 8) - 1 for word in shared]) if shared else 0


def may_quote(text: str) -> bool:
    """Return whether anything in a text opens a quotation: most texts have none, which one look shows."""
    return _OPENING.search(text) is not None


def quotations(markdown: str) -> list[str]:
    """Return what stands between quotation marks in a text, without the backslashes of Markdown; nothing wordless."""
    if not may_quote(markdown):
        return []
    quoted = ["".join(part for part in match.groups() if part) for match in _QUOTATION.finditer(markdown)]
    return [_ESCAPED.sub(r"\1", text) for text in quoted if words(text)]


class Spoken:
    """A text as a sequence of words, in which others are looked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = words(text)

    def find(self, quotation: str) -> Stretch | None:
        """Return where a quotation stands, or else its words one after another; None if they do not."""
        literal = re.search(rf"(?<!\w){re.escape(quotation)}(?!\w)", self.text)
        if literal:
            return literal.span()
        wanted = words(quotation)
        at = self._line.find(f" {' '.join(wanted)} ")
        return None if at < 0 else self._stretch(self._line.count(" ", 0, at), len(wanted))

    def may_share_run(self, text: str) -> bool:
        """Return whether another text may have a run of ``RUN`` words of this one: if not, no part of it has."""
        return not self._runs.isdisjoint(in_a_row(words(text)))

    def longest_run(self, other: Spoken) -> tuple[int, Stretch] | None:
        """Return the length in words of the longest run that another text has, too, and where; None below ``RUN``."""
        if other._runs.isdisjoint(in_a_row(self._words)):
            return None
        runs = [
            (self._run(other._words, start, place), place)
            for start, run in enumerate(in_a_row(other._words))
            for place in self._beginnings.get(run, ())
        ]
        length, place = max(runs, key=lambda run: run[0])
        return length, self._stretch(place, length)

    @cached_property
    def _line(self) -> str:
        return f" {' '.join(self._words)} "

    @cached_property
    def _places(self) -> list[Stretch]:
        return [match.span() for match in _WORD.finditer(self.text)]

    @cached_property
    def _runs(self) -> frozenset[tuple[str, ...]]:
        return frozenset(in_a_row(self._words))

    @cached_property
    def _beginnings(self) -> dict[tuple[str, ...], list[int]]:
        places: dict[tuple[str, ...], list[int]] = {}
        for place, run in enumerate(in_a_row(self._words)):
            places.setdefault(run, []).append(place)
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
