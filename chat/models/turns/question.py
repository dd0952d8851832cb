"""The text of a question as it is stored."""

from __future__ import annotations

import unicodedata

from ..refusal import InvalidRequest

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Characters that Unicode counts as letters or symbols, but that show nothing."""


def cleaned(question: str, *, limit: int) -> str:
    """Return the text without NUL, lone surrogates and space around it.

    Raise ``InvalidRequest`` if nothing of it can be seen, or if it has more than ``limit`` characters.
    """
    text = question.replace("\0", "").encode("utf-8", "replace").decode().strip()
    if not text:
        raise InvalidRequest("The question is empty.")
    if not any(_is_visible(character) for character in text):
        raise InvalidRequest("The question has only invisible characters. Please type it in words.")
    if len(text) > limit:
        raise InvalidRequest(f"The question is too long: {len(text):,} characters, at most {limit:,}.")
    return text


def _is_visible(character: str) -> bool:
    """Return whether a character is a letter, number, symbol or punctuation mark that shows something."""
    return unicodedata.category(character)[0] in "LNPS" and character not in _BLANK
