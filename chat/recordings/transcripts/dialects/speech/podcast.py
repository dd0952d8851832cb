"""Podcasting 2.0: segments with a body, which may be single words."""

from __future__ import annotations

from typing import Any

from ...draft import Draft
from ...grouping import add_words
from .entries import Keys, add_utterances, entries, has_text, words_in
from .word_list import are_words

NAME = "Podcasting 2.0"
_KEYS = Keys(("body",), start=("startTime",), end=("endTime",))


def recognises(value: Any) -> bool:
    """Return whether there are segments with a body."""
    return isinstance(value, dict) and has_text(value.get("segments"), _KEYS)


def add(draft: Draft, value: Any) -> None:
    """Add the segments; group them if they are words."""
    segments = value["segments"]
    if are_words([_KEYS.text_of(segment) or "" for segment in entries(segments)]):
        add_words(draft, words_in(draft, segments, _KEYS))
    else:
        add_utterances(draft, segments, _KEYS)
