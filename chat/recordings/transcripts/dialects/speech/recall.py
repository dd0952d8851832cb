"""Recall.ai: what each participant says in one go, word by word; a whole transcript, or the events of a stream."""

from __future__ import annotations

from typing import Any

from ...draft import NOT_A_TURN, NOT_FINAL, Draft
from ...grouping import add_words
from ...transcript import Unreadable
from ..names import speaker_name
from .entries import Keys, at, first, has_text, words_in

NAME = "Recall.ai"
_KEYS = Keys(
    ("text", "word"),
    (),
    (("start_timestamp", "relative"), "start_timestamp", "start_time", "start"),
    (("end_timestamp", "relative"), "end_timestamp", "end_time", "end"),
)
_EVENT = ("data", "data")


def recognises(value: Any) -> bool:
    """Return whether it is a list of speakers or participants with words, and without a text of their own."""
    return any(map(is_part, _list(value)))


def is_part(value: Any) -> bool:
    """Return whether this is what one participant says in one go, or an event with it."""
    entry = _turn(value)
    named = isinstance(entry, dict) and ("participant" in entry or "speaker" in entry)
    return named and "text" not in entry and isinstance(entry.get("words"), list)


def add(draft: Draft, value: Any) -> None:
    """Group the words of each entry."""
    final = [entry for entry in _list(value) if at(entry, "event") != "transcript.partial_data"]
    draft.skip(NOT_FINAL, len(_list(value)) - len(final))
    turns = list(map(_turn, final))
    if not any(has_text(at(turn, "words"), _KEYS) for turn in turns):
        raise Unreadable("its words have no text")
    for turn in turns:
        if not isinstance(at(turn, "words"), list):
            draft.skip(NOT_A_TURN)
            continue
        speaker = speaker_name(first(turn, ("participant", "speaker", "speaker_name")))
        add_words(draft, [word._replace(speaker=speaker) for word in words_in(draft, turn["words"], _KEYS)])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _turn(entry: Any) -> Any:
    return at(entry, _EVENT) if at(entry, "event") is not None else entry
