"""The words of a text, normalized for comparison."""

from __future__ import annotations

import re
import unicodedata

from .remembered import Remembered
from .spelling import one_form, unified, with_names

WORD_LIMIT = 64
"""The length in characters to which words are cut; PostgreSQL indexes no word of more than 2 KB."""

# Scripts without spaces between words: every two adjacent characters count as a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_ACCENT = re.compile("[\u0300-\u036f]+")
_WORD = re.compile("(?:[^\\W_]++|[\u0900-\u0dff]++)++")  # with Indic vowel signs, which are not letters
_ASCII_WORD = re.compile("[a-z0-9]+")  # the same in ASCII, found in a third of the time

_forms = Remembered(lambda word: one_form(word[:WORD_LIMIT]))


def words(text: str) -> list[str]:
    """Return the words of a text in order, normalized: without case, accents or ligatures, in one spelling.

    >>> words("Zoë’s naïve L_C_D_ colours")
    ['zoe', 'naive', 'lcd', 'colors']
    """
    text = plain(text)
    if not text.isascii():
        text = _UNSPACED.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", text)
    found = (_ASCII_WORD if text.isascii() else _WORD).findall(unified(text))
    # Numbers have one form. Most occur once: remembered, they would take the place of words.
    return with_names([word[:WORD_LIMIT] if word.isdecimal() else _forms[word] for word in found])


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]


def plain(text: str) -> str:
    """Return a text in lower case, without accents or ligatures."""
    text = text.casefold()
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _ACCENT.sub("", unicodedata.normalize("NFKD", text))).casefold()


def written_with_accents(text: str) -> dict[str, str]:
    """Return those words of a text that have accents, in lower case, by what they are without."""
    written = set(_WORD.findall(unicodedata.normalize("NFKC", text.casefold())))
    return {without: word for word in sorted(written) if not word.isascii() and (without := plain(word)) != word}
