"""How likely a text is in its language, from the letters that are frequent there.

A text in the wrong encoding has letters, too, but rare ones, signs within words and capitals after small letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_PUNCTUATION = frozenset("“”„‘’‚«»‹›–—…·•¿¡\u00a0\u00ad")
_SIGNS = frozenset("©®™§°№€£½²")
_WITHIN_WORDS = frozenset("’·\u00ad")
_WEIGHTS = ((0.33, 1.0), (0.6, 0.7), (0.85, 0.4), (1.0, 0.15))
"""The weight of a letter that is among the first of its alphabet, by frequency, and the share of those."""


@dataclass(frozen=True)
class Encoding:
    """An encoding of bytes: its name in Python and for people, and the judge of what it makes of them."""

    codec: str
    name: str
    score: Callable[[str], float]


def alphabet(letters: str) -> Callable[[str], float]:
    """Return a judge of texts in an alphabet other than Latin, whose letters are given by frequency."""
    ranks = {letter: place / len(letters) for place, letter in enumerate(letters)}
    weights = {letter: next(weight for share, weight in _WEIGHTS if rank < share) for letter, rank in ranks.items()}

    def score(text: str) -> float:
        places = _foreign(text)
        written = "".join(text[place] for place in places)
        shouted = _SHOUTED if written.isupper() or written.islower() else 1.0
        return shouted * _mean([_in_alphabet(text, place, weights) for place in places])

    return score


def latin(*languages: str) -> Callable[[str], float]:
    """Return a judge of texts in Latin letters; each language has its own accents."""

    def score(text: str) -> float:
        places = _foreign(text)
        return max(_mean([_in_latin(text, place, letters) for place in places]) for letters in languages)

    return score


def ideographs(
    codec: str, common: range, *, kana: float = 0, hangul: float = 0, late: float = 0, low: float = 0
) -> Callable[[str], float]:
    """Return a judge of texts whose common characters have a first byte in ``common`` in an encoding.

    ``kana`` and ``hangul`` say what share of the characters those should at least have; 0 means that they have none.
    ``late`` is the least share of characters whose first byte no Korean syllable has, ``low`` the usual share of those
    whose second byte no character of the other encodings has.
    """

    def score(text: str) -> float:
        marks = [mark for mark in text if mark >= "\u0080"]
        written = [mark for mark in marks if unicodedata.category(mark)[0] in "LC"] or marks
        shares = [(_share(written, _KANA), kana), (_share(written, _HANGUL), hangul)]
        fit = min((min(1.0, share / least) if least else 1.0 - share) for share, least in shares)
        if late:
            fit = min(fit, sum(_bytes(mark, codec)[0] > _LAST_SYLLABLE for mark in written) / len(written) / late)
        if low:
            share = sum(_bytes(mark, codec)[-1] < _FIRST_SECOND_BYTE for mark in written) / len(written)
            fit *= max(_LEAST_FIT, min(1.0, share / low))
        return fit * _mean([_ideograph(mark, codec, common) for mark in marks]) ** 2  # rare ones are very rare

    return score


_KANA = re.compile("[\u3041-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_SHOUTED = 0.93
"""Nearly no text is in capitals alone; most texts in the wrong encoding are."""
_LAST_SYLLABLE = 0xC8
_FIRST_SECOND_BYTE = 0xA1
_LEAST_FIT = 0.6


def _share(marks: Sequence[str], kind: re.Pattern[str]) -> float:
    return sum(kind.match(mark) is not None for mark in marks) / max(1, len(marks))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _foreign(text: str) -> list[int]:
    return [place for place, mark in enumerate(text) if mark >= "\u0080"]


def _ideograph(mark: str, codec: str, common: range) -> float:
    if "\u3000" <= mark <= "\u3020" or "\uff01" <= mark <= "\uff5e" or mark in "“”‘’—…·¡¿":
        return 1.0
    if _KANA.match(mark):
        return 1.0
    first, *more = _bytes(mark, codec)
    return (1.0 if first in common else 0.2) if more else 0.0


def _bytes(mark: str, codec: str) -> bytes:
    """Return the two bytes of a character; a single zero if it has others."""
    data = mark.encode(codec, "ignore")
    return data if len(data) == 2 else b"\0"


def _in_alphabet(text: str, place: int, weights: dict[str, float]) -> float:
    mark, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if mark in _PUNCTUATION or mark in _SIGNS:
        return _punctuation(mark, before, after)
    neighbours = before + after
    if any(letter.isascii() and letter.isalpha() for letter in neighbours):
        return 0.0  # two scripts in one word
    if mark.isupper() and before.islower():
        return 0.0
    return weights.get(mark.lower(), 0.0)


def _in_latin(text: str, place: int, letters: str) -> float:
    mark, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if mark < "\u00a0":
        return 0.3  # a control character of ISO 8859-1
    if mark in _PUNCTUATION or mark in _SIGNS:
        return _punctuation(mark, before, after)
    if mark.lower() not in letters or (mark.isupper() and before.islower()):
        return 0.0
    if before.isdigit() or after.isdigit() or (mark in "õÕ" and after not in "eE"):
        return 0.2  # Portuguese has õ only before e
    near = text[max(0, place - 2) : place] + text[place + 1 : place + 3]
    plain = any(letter.isascii() and letter.isalpha() for letter in near)
    return 1.0 if plain or not (before.isalpha() or after.isalpha()) else 0.2


def _punctuation(mark: str, before: str, after: str) -> float:
    if mark in _SIGNS:
        return 0.4
    if before.isalpha() and after.isalpha():
        return 0.9 if mark in _WITHIN_WORDS else 0.0
    return 0.5 if mark == "’" and after.isalpha() else 0.9
