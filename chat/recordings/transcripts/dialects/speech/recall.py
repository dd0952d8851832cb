"""Recall.ai: what each participant says in one go, word by word."""

from __future__ import annotations

from typing import Any

from ...draft import NOT_A_TURN, Draft
from ...grouping import add_words
from ...transcript import Unreadable
from ..names import speaker_name
from .entries import Keys, at, entries, first, has_text, words_in

NAME = "Recall.ai"
_KEYS = Keys(
    ("text", "word"),
    (),
    (("start_timestamp", "relative"), "start_timestamp", "start_time", "start"),
    (("end_timestamp", "relative"), "end_timestamp", "end_time", "end"),
)


def recognises(value: Any) -> bool:
    """Return whether it is a list of speakers or participants with words, and without a text of their own."""
    return any(map(_is_turn, entries(value)))


def add(draft: Draft, value: Any) -> None:
    """Group the words of each entry."""
    if not any(has_text(at(entry, "words"), _KEYS) for entry in entries(value)):
        raise Unreadable("its words have no text")
    for entry in value:
        if not isinstance(at(entry, "words"), list):
            draft.skip(NOT_A_TURN)
            continue
        speaker = first(entry, ("participant", "speaker", "speaker_name"))
        words = words_in(draft, at(entry, "words"), _KEYS)
        add_words(draft, [word._replace(speaker=speaker_name(speaker)) for word in words])


def _is_turn(entry: dict[str, Any]) -> bool:
    named = "participant" in entry or "speaker" in entry
    return named and "text" not in entry and isinstance(entry.get("words"), list)
