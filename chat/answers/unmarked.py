"""Numbers that look like markers where they stand, but are none: exponents, indexes, parts of an address."""

from __future__ import annotations

import re
import unicodedata

ADDRESS_LIMIT = 500
"""Maximum of characters of an address that are looked at."""

_LETTERS = re.compile(r"[^\W\d_]*\Z")
_LETTER_KINDS = ("Lu", "Ll", "Lt", "Lm")  # not those of scripts without cases, some of which have no blanks either
_REST_OF_ADDRESS = re.compile(
    r"://(?:[^\s<>\"'`|\\^{}（），。、；：？！「」【】*()\[\]]|\([^\s()\[\]]*\)|\[[^\s()\[\]]*\])*[(\[]?\Z"
)


def is_exponent(before: str) -> bool:
    """Return whether a raised number after this text is one: after a digit, a sign or a unit such as m or km."""
    if before[-1:].isdigit() or before[-1:] == "^":
        return True
    letters = _LETTERS.search(before[-3:])
    length = len(letters[0]) if letters else 0
    return 0 < length < 3 and unicodedata.category(before[-1]) != "Lo"


def is_index(before: str) -> bool:
    """Return whether a number in brackets after this text may be an index: directly behind a letter."""
    return bool(before) and (before[-1] == "_" or unicodedata.category(before[-1]) in _LETTER_KINDS)


def is_in_address(before: str) -> bool:
    """Return whether a text ends within an address."""
    if not before or before[-1].isspace():
        return False
    *_, word = before[-ADDRESS_LIMIT:].split()
    return _REST_OF_ADDRESS.search(word, max(0, word.find("://"))) is not None
