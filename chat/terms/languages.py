"""The languages of texts: which there are, and in which one a text is.

``stop_words`` and ``asking_words`` have a list for each language that can be told by its commonest words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from .english import ASKING_WORDS, STOP_WORDS
from .normalizing import words

LANGUAGES = {
    "ar": ("Arabic", "arabic"), "hy": ("Armenian", "armenian"), "eu": ("Basque", "basque"),
    "ca": ("Catalan", "catalan"), "cs": ("Czech", "czech"), "da": ("Danish", "danish"), "nl": ("Dutch", "dutch"),
    "en": ("English", "english"), "eo": ("Esperanto", "esperanto"), "et": ("Estonian", "estonian"),
    "fi": ("Finnish", "finnish"), "fr": ("French", "french"), "de": ("German", "german"), "el": ("Greek", "greek"),
    "hi": ("Hindi", "hindi"), "hu": ("Hungarian", "hungarian"), "id": ("Indonesian", "indonesian"),
    "ga": ("Irish", "irish"), "it": ("Italian", "italian"), "lt": ("Lithuanian", "lithuanian"),
    "ne": ("Nepali", "nepali"), "no": ("Norwegian", "norwegian"), "fa": ("Persian", "persian"),
    "pl": ("Polish", "polish"), "pt": ("Portuguese", "portuguese"), "ro": ("Romanian", "romanian"),
    "ru": ("Russian", "russian"), "sr": ("Serbian", "serbian"), "st": ("Sesotho", "sesotho"),
    "es": ("Spanish", "spanish"), "sv": ("Swedish", "swedish"), "ta": ("Tamil", "tamil"),
    "tr": ("Turkish", "turkish"), "yi": ("Yiddish", "yiddish"),
}  # fmt: skip
"""The languages that have a stemmer, by their codes of ISO 639-1: the name of each, and that of its stemmer."""
DEFAULT = "en"
"""The language as which a text is read whose language is not known."""

_LONGER = """
ara ar, arm hy, baq eu, cat ca, ces cs, cze cs, dan da, deu de, dut nl, ell el, eng en, epo eo, est et, eus eu, fas fa,
fin fi, fra fr, fre fr, ger de, gle ga, gre el, hin hi, hun hu, hye hy, ind id, ita it, lit lt, nep ne, nld nl, nno no,
nob no, nor no, per fa, pol pl, por pt, ron ro, rum ro, rus ru, sot st, spa es, srp sr, swe sv, tam ta, tur tr, yid yi
"""
"""The codes of ISO 639-2, which some have twice, as ElevenLabs writes them."""
_OTHER_CODES = {"nb": "no", "nn": "no"} | dict(entry.split() for entry in _LONGER.split(","))
_SURE = 0.12
"""The share of common words from which on a text is surely in the language: most languages have about 0.4."""
_LEAD = 1.15
"""How many times more than of any other language its common words must be."""
_ELSEWHERE = 2
"""How many times more common words a question must have of a language that nobody speaks in its scope."""
_FEWEST = 2
"""Common words from which on a question is in their language."""


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return words that are in any text of a language, normalized; none if there is no list."""
    return STOP_WORDS if language == "en" else _listed("stop_words", language)


@cache
def asking_words(language: str) -> frozenset[str]:
    """Return words that ask, or that describe any recording; none if there is no list."""
    return ASKING_WORDS if language == "en" else _listed("asking_words", language)


def language_of(counts: Mapping[str, int], hint: str = "") -> str:
    """Return the language of a text, of which the words are counted; the hint in doubt, and "" without one.

    >>> language_of(Counter(words("Wir sind mit dem Ergebnis nicht zufrieden, aber es ist ein Anfang.")))
    'de'
    """
    total = sum(counts.values())
    scores = {language: _score(counts, language) for language in _told()}
    best, second = sorted(scores, key=lambda language: -scores[language])[:2]
    if total and scores[best] >= _SURE * total and scores[best] >= _LEAD * scores[second]:
        return best
    return code_of(hint)


def code_of(name: str) -> str:
    """Return the code of a language that is called by its code or its English name; "" for one without a stemmer.

    >>> code_of("german"), code_of("pt-BR"), code_of("deu"), code_of("Klingon")
    ('de', 'pt', 'de', '')
    """
    called = name.strip().casefold().replace("_", "-")
    code = _OTHER_CODES.get(called.partition("-")[0], called.partition("-")[0])
    return code if code in LANGUAGES else _BY_NAME.get(called, "")


def language_of_question(asked: Collection[str], scope: Collection[str]) -> str:
    """Return the language of a question that is asked about recordings in these languages; "" if that is open."""
    hits = Counter({language: _hits(asked, language) for language in scope})
    if other := _elsewhere(asked, scope, max(hits.values())):
        return other
    if len(scope) == 1:
        return next(iter(scope))
    [(best, count), (_, second)] = hits.most_common(2)
    return best if count >= _FEWEST and count > second else ""


def _elsewhere(asked: Collection[str], scope: Collection[str], most: int) -> str:
    """Return a language out of scope that a question is surely in, although its answers are not."""
    hits = Counter({language: _hits(asked, language) for language in _told() if language not in scope})
    (best, count), (_, second), *_ = [*hits.most_common(2), ("", 0), ("", 0)]  # a scope may have all of them
    return best if count >= _FEWEST and count > max(second, _ELSEWHERE * most) else ""


def _hits(asked: Collection[str], language: str) -> int:
    return sum(map(stop_words(language).__contains__, asked))


def _score(counts: Mapping[str, int], language: str) -> float:
    """Return how often words of the list occur; one that several languages have counts less."""
    return sum(counts[word] / _lists_with(word) for word in stop_words(language) if word in counts)


@cache
def _lists_with(word: str) -> int:
    return sum(word in stop_words(language) for language in _told())


@cache
def _told() -> tuple[str, ...]:
    """Return the languages that can be told by their common words."""
    return ("en", *sorted(file.stem for file in (Path(__file__).parent / "stop_words").glob("*.txt")))


def _listed(folder: str, language: str) -> frozenset[str]:
    file = Path(__file__).parent / folder / f"{language}.txt"
    return (
        frozenset(words(file.read_text(encoding="utf-8"))) if language in LANGUAGES and file.exists() else frozenset()
    )


_BY_NAME = {name.casefold(): code for code, (name, _) in LANGUAGES.items()}
