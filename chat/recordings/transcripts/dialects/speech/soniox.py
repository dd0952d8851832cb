"""Soniox: tokens in milliseconds, which bring their blanks."""

from __future__ import annotations

from typing import Any

from ...draft import Draft
from ...grouping import add_words
from ...spoken import Spoken
from .entries import MILLISECOND, Keys, entries, words_in

NAME = "Soniox"
_KEYS = Keys(start=("start_ms",), end=("end_ms",), unit=MILLISECOND)


def recognises(value: Any) -> bool:
    """Return whether there are tokens with milliseconds."""
    return any("start_ms" in token and isinstance(token.get("text"), str) for token in entries(value, "tokens"))


def add(draft: Draft, value: Any) -> None:
    """Join the tokens to words, and group these."""
    words: list[Spoken] = []
    for token in words_in(draft, value["tokens"], _KEYS):
        if words and not token.text[:1].isspace() and token.speaker == words[-1].speaker:
            words[-1] = words[-1]._replace(text=words[-1].text + token.text, end=token.end)
        else:
            words.append(token)
    add_words(draft, words)
