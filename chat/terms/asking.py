"""How the words of a question are read: by its own language, and by those of the recordings that it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, reduce

from . import compounds
from .languages import DEFAULT, asking_words, language_of_question, stop_words
from .stemming import stem


@dataclass(frozen=True)
class Asking:
    """The words of a question that say nothing of its subject, and the languages in which the others are looked for.

    If the language of the question is open, only what says nothing in all of the languages is left out.
    """

    languages: tuple[str, ...]
    stop_words: frozenset[str]
    asking_words: frozenset[str]

    @classmethod
    def of(cls, asked: Iterable[str], scope: Collection[str]) -> Asking:
        """Return how these words are read in a scope with recordings in these languages; "" is an unknown one."""
        languages = tuple(sorted({language or DEFAULT for language in scope})) or (DEFAULT,)
        return _reading(language_of_question(list(asked), languages), languages)

    @property
    def parting(self) -> list[str]:
        """The languages in which a word may be a part of another one."""
        return [language for language in self.languages if language in compounds.LANGUAGES]

    def informative(self, asked: Iterable[str]) -> list[str]:
        """Return the words that are neither stop words nor asking words."""
        return [word for word in asked if word not in self.stop_words and word not in self.asking_words]

    def entries(self, phrase: str) -> tuple[str, ...]:
        """Return what the index may have of a word, or of several: its stems in each of the languages."""
        return tuple(
            dict.fromkeys(" ".join(stem(word, language) for word in phrase.split()) for language in self.languages)
        )


@cache
def _reading(language: str, languages: tuple[str, ...]) -> Asking:
    own = (language,) if language else languages
    return Asking(languages, reduce(_both, map(stop_words, own)), reduce(_both, map(asking_words, own)))


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    return one & other
