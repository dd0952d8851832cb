"""What a user searches for: words that must all occur, and phrases in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..terms import Asking, is_compound, words

TERM_LIMIT = 16
"""Most words and phrases of one search: the first ones."""
SHORTEST = 2
"""Least characters of a text to search for."""

_PART = re.compile(r'["“”„«»]([^"“”„«»]+)["“”„«»]|[^\s"“”„«»]+')

TOO_SHORT = "Please type at least two letters."
NO_WORDS = "There is no word in this to search for."
TOO_COMMON = "These words occur almost everywhere. Please add a rarer one."

Term = tuple[str, ...]
"""Words, normalized, that must follow each other; mostly it is one."""


@dataclass(frozen=True)
class Query:
    """A search: ``terms`` must all occur. Without any, ``refusal`` tells the user why; both are empty for no text."""

    text: str
    terms: tuple[Term, ...] = ()
    refusal: str = ""

    @property
    def words(self) -> list[str]:
        """The words of all terms, each once."""
        return list(dict.fromkeys(word for term in self.terms for word in term))


def parsed(text: str) -> Query:
    """Return the search that a user has typed.

    >>> parsed('price "silicone seal"').terms
    (('price',), ('silicone', 'seal'))
    """
    text = " ".join(text.split())
    if not text:
        return Query("")
    if len(text) < SHORTEST:
        return Query(text, refusal=TOO_SHORT)
    if not words(text):
        return Query(text, refusal=NO_WORDS)
    terms = tuple(dict.fromkeys(_terms(text, Asking.of(words(text), ()).stop_words)))[:TERM_LIMIT]
    return Query(text, terms, "" if terms else TOO_COMMON)


def _terms(text: str, stop_words: frozenset[str]) -> Iterator[Term]:
    for part in _PART.finditer(text):
        term = _as_written(part[1]) if part[1] else _without_common_ends(_as_written(part[0]), stop_words)
        if not stop_words.issuperset(term):
            yield tuple(term)


def _as_written(text: str) -> list[str]:
    """Return the words of a text without the second spelling of compounds, which the index has beside the first."""
    all_words = words(text)
    return [word for place, word in enumerate(all_words) if not is_compound(word, all_words[:place])]


def _without_common_ends(term: Sequence[str], stop_words: frozenset[str]) -> Sequence[str]:
    """Return the words of something like ``Ben's`` or ``well-known`` without the stop words around them."""
    informative = [place for place, word in enumerate(term) if word not in stop_words]
    return term[informative[0] : informative[-1] + 1] if informative else ()
