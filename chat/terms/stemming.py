"""The stems of words, by the Snowball stemmers: the same on every database, since it is done here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from threading import local

from Stemmer import Stemmer

from .languages import DEFAULT, LANGUAGES
from .normalizing import plain, written_with_accents
from .remembered import Remembered

_LANGUAGES_REMEMBERED = 4
"""Languages of which the stems of words are kept in memory."""
WITHOUT_ACCENTS = frozenset({"da", "de", "en", "fi", "id", "nl", "no", "st", "sv"})
"""Languages whose endings have no accents: their stemmers make the same of a word that has lost its own."""
_DOUBLED = 6
"""Letters from which on a German stem loses the second of two equal ones: Professorinnen, Programm and Programme."""

_stemmers = local()  # a stemmer is not safe in several threads at once


def stems(text: str, all_words: Sequence[str], language: str) -> list[str]:
    """Return the stem of each of the words of a text, without accents.

    The words have none, but most stemmers know the endings of a language with them: the text tells which they had.
    """
    known = _stems(language)
    if language in WITHOUT_ACCENTS or not language or text.isascii():
        return [known[word] for word in all_words]
    accented = written_with_accents(text)
    return [known[accented.get(word, word)] for word in all_words]


def stem(word: str, language: str) -> str:
    """Return the stem of a word in a language, without accents; a language that is not known is taken for English."""
    return _stems(language)[word]


@lru_cache(maxsize=_LANGUAGES_REMEMBERED)
def _stems(language: str) -> Remembered:
    return Remembered(partial(_stem, language))


def _stem(language: str, word: str) -> str:
    stemmed = plain(_stemmer(language if language in LANGUAGES else DEFAULT).stemWord(word)) or word
    is_doubled = language == "de" and len(stemmed) >= _DOUBLED and stemmed[-1] == stemmed[-2]
    return stemmed[:-1] if is_doubled and stemmed[-1] not in "aeious" else stemmed


def _stemmer(language: str) -> Stemmer:
    stemmers: dict[str, Stemmer] = _stemmers.__dict__
    if language not in stemmers:
        stemmers[language] = Stemmer(LANGUAGES[language][1], 0)
    return stemmers[language]
