"""Spoken words, as a recogniser hears them, and their places in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from unicodedata import category

from chat.models.word_times import WordTime

LONGEST_TIME = 7 * 24 * 3600.0
"""Seconds; a time of more than a week is a mistake, such as a date or a wrong unit."""

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60]")
_FAR = 60
"""Letters; a word that is not found within so many of them is not in the text."""


class Spoken(NamedTuple):
    """A word with its times in seconds, None if unknown; if ``joined``, no blank stands before it."""

    text: str
    start: float | None = None
    end: float | None = None
    speaker: str = ""
    joined: bool = False

    @property
    def timed(self) -> bool:
        """Whether it has two times that make sense."""
        return self.start is not None and self.end is not None and 0 <= self.start <= self.end <= LONGEST_TIME

    @property
    def middle(self) -> float:
        """The time between its start and its end; 0 if it is unknown."""
        return (self.start + self.end) / 2 if self.start is not None and self.end is not None else 0


def is_unspaced(character: str) -> bool:
    """Return whether the script of a character, such as Han or Thai, has no blanks between words."""
    return _UNSPACED.match(character) is not None


def times_in(text: str, words: Iterable[Spoken]) -> tuple[WordTime, ...]:
    """Return the times of the words that stand in the text, in its order.

    Words are compared by letters and digits. A word that the text spells in another way is left out.
    """
    return tuple(
        WordTime(begin, end - begin, word.start, word.end)
        for word, begin, end in _places(text, words)
        if word.timed and word.start is not None and word.end is not None
    )


def tokens(text: str, words: Iterable[Spoken], speaker: str = "") -> Iterator[Spoken]:
    """Yield the text token by token, with the times of the words in it: words may lack the marks that a text has."""
    times = list(times_in(text, words))
    for token in re.finditer(r"\S+", text):
        within = []
        while times and times[0].at < token.end():
            within.append(times.pop(0))
        start, end = (within[0].start, within[-1].end) if within else (None, None)
        yield Spoken(token[0], start, end, speaker)


def _places(text: str, words: Iterable[Spoken]) -> Iterator[tuple[Spoken, int, int]]:
    letters: _Letters | None = None
    at = 0
    for word in words:
        spelt = word.text.strip()
        if not any(map(str.isalnum, spelt)):
            continue
        begin = _next_word(text, spelt, at)
        end: int | None = begin + len(spelt)
        if not text.startswith(spelt, begin) or not _ends_word(text, begin + len(spelt)):
            letters = letters or _Letters(text)
            begin, end = letters.find(spelt, at)
        if end is not None:
            yield word, begin, end
            at = end


def _next_word(text: str, spelt: str, at: int) -> int:
    """Return where the next word begins, perhaps with a mark before it, as in ``¿Qué``."""
    while at < len(text) and not text[at].isalnum() and not text.startswith(spelt, at):
        at += 1
    return at


class _Letters:
    """The letters and digits of a text in lower case, with the place of each."""

    def __init__(self, text: str) -> None:
        self._text = text
        found = [(letter, at) for at, character in enumerate(text) for letter in _letters(character)]
        self._letters = "".join(letter for letter, _ in found)
        self._places = [at for _, at in found]
        self._next = 0

    def find(self, word: str, at: int) -> tuple[int, int | None]:
        """Return where the word begins and ends after the character ``at``; the end is None if it is not there."""
        while self._next < len(self._places) and self._places[self._next] < at:
            self._next += 1
        wanted = "".join(letter for character in word for letter in _letters(character))
        first = self._next
        while wanted and (found := self._letters.find(wanted, first, self._next + _FAR + len(wanted))) >= 0:
            begin, end = self._places[found], self._places[found + len(wanted) - 1] + 1
            if begin >= at and _ends_word(self._text, begin) and _ends_word(self._text, end):
                return begin, _with_marks(self._text, end)
            first = found + 1
        return at, None


def _with_marks(text: str, end: int) -> int:
    """Return the end of a word with the combining marks, such as Indian vowels, that follow its last letter."""
    while end < len(text) and category(text[end]).startswith("M"):
        end += 1
    return end


def _letters(character: str) -> str:
    return "".join(filter(str.isalnum, character.casefold()))


def _ends_word(text: str, at: int) -> bool:
    """Return whether a word may end, or begin, before the character ``at``."""
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    return not (before.isalnum() and after.isalnum()) or is_unspaced(before) or is_unspaced(after)
