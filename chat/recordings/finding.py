"""Find words in the segments of one transcript, with the spellings that the search of the site takes for the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ..search.marks import spans
from ..terms import root, words
from .words import Span

_REMEMBERED = 8_192
"""Segments whose words are kept in memory: who types a word asks again with each letter."""


def found_in(text: str, asked: Sequence[str]) -> list[Span]:
    """Return where the words stand in a text that has all of them, or words that begin so; nothing if one is missing.

    >>> found_in("The LCD and the keys", ["key", "lcd"])
    [Span(start=4, end=7), Span(start=16, end=20)]
    """
    said = _words(text)
    if not all(any(_begins(word, one) for word in said) for one in asked):
        return []
    found = [any(_begins(word, one) for one in asked) for word in said]
    return [Span(start, end) for start, end in spans(text, found)]


@lru_cache(maxsize=_REMEMBERED)
def _words(text: str) -> tuple[str, ...]:
    return tuple(words(text))


def _begins(word: str, asked: str) -> bool:
    return word.startswith(asked) or root(word) == root(asked)
