"""The words of a text, normalized for comparison, and the terms that say what a question is about."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from .asking import Asking
from .english import ASKING_WORDS, STOP_WORDS
from .languages import LANGUAGES, code_of, language_of
from .normalizing import WORD_LIMIT, words
from .spelling import is_compound
from .stemming import stem, stems

__all__ = [
    "ASKING_WORDS",
    "LANGUAGES",
    "STOP_WORDS",
    "VERSION",
    "WORD_LIMIT",
    "Asking",
    "code_of",
    "informative",
    "is_compound",
    "language_of",
    "names_a_subject",
    "root",
    "stem",
    "stems",
    "terms",
    "words",
]

VERSION = 3
"""Increase it when ``words`` or ``stems`` make something else of a text: passages indexed by an older one are indexed
again."""

_REMEMBERED = 65_536
"""Words whose roots are kept in memory."""
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", ""))


def terms(text: str) -> list[str]:
    """Return the words that a text is about, in order, without English endings; meant for comparing short texts.

    Stop words and asking words are left out, so "What was the meeting about?" has none.
    """
    return [root(word) for word in informative(words(text))]


def informative(all_words: Iterable[str]) -> list[str]:
    """Return the words that are neither stop words nor asking words of English."""
    return [word for word in all_words if word not in STOP_WORDS and word not in ASKING_WORDS]


def names_a_subject(text: str) -> bool:
    """Return whether a question has a word to search for, in whichever language it is asked."""
    asked = words(text)
    return bool(Asking.of(asked, ()).informative(asked))


@lru_cache(maxsize=_REMEMBERED)
def root(word: str) -> str:
    """Return a word without plural and verb endings: planned, planning, plans → plan. Other forms may differ."""
    if len(word) < 4 or not word.isascii() or word.endswith(("ss", "us", "is")):
        return word
    for ending, replacement in _ENDINGS:
        stemmed = word.removesuffix(ending)
        if stemmed != word and len(stemmed) >= 3:
            return _undoubled(stemmed) if ending in ("ing", "ed") else stemmed + replacement
    return word


def _undoubled(stemmed: str) -> str:
    return stemmed[:-1] if stemmed[-1] == stemmed[-2] and stemmed[-1] not in "aeiouls" else stemmed
