"""The parts of compounds, as in Wahlkreisreform: Wahlkreis and Reform, by the words that are said beside them."""

from __future__ import annotations

from collections.abc import Container, Iterator

from .stemming import stem

LANGUAGES = frozenset({"da", "de", "fi", "nl", "no", "sv"})
"""Languages that write their compounds as one word."""
SHORTEST = 9
"""Letters of the shortest compound."""
PART = 4
"""Letters of the shortest part."""

_LINKS = ("", "s", "es", "n", "en", "er", "e")
"""Letters between two parts: Arbeit-s-zeit."""


def parts(word: str, language: str, known: Container[str]) -> tuple[str, ...]:
    """Return the stems of the two parts of a compound, both of which are known; nothing of another word.

    Of several ways to part it, that with the longest second part counts: it says what the whole is.
    """
    if len(word) < SHORTEST or not word.isalpha():
        return ()
    for place in _places(word):
        second = stem(word[place:], language)
        if second in known:
            first = next((first for first in _firsts(word[:place], language) if first in known), "")
            if first:
                return first, second
    return ()


def ways(word: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the stems of the parts into which a word may be parted."""
    if len(word) >= SHORTEST and word.isalpha():
        for place in _places(word):
            second = stem(word[place:], language)
            yield from ((first, second) for first in _firsts(word[:place], language))


def _places(word: str) -> range:
    return range(PART, len(word) - PART + 1)


def _firsts(beginning: str, language: str) -> Iterator[str]:
    """Yield the stem of a first part, with and without letters that link it to the second."""
    for link in _LINKS:
        if beginning.endswith(link) and len(beginning) - len(link) >= PART:
            yield stem(beginning[: len(beginning) - len(link)], language)


def has_part(stemmed: str, part: str) -> bool:
    """Return whether a stem begins or ends with another one, as that of a compound does with those of its parts."""
    is_long = len(stemmed) >= SHORTEST - 1 and PART <= len(part) <= len(stemmed) - 2
    return is_long and (stemmed.startswith(part) or stemmed.endswith(part))
