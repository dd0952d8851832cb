"""Fireflies: sentences with the names of speakers, from its interface or its export."""

from __future__ import annotations

from typing import Any

from ...draft import Draft
from ...transcript import Unreadable
from .entries import Keys, add_utterances, at, entries, has_text

NAME = "Fireflies"
_KEYS = Keys(
    ("text", "sentence", "raw_text"),
    ("speaker_name", "speaker_id"),
    ("start_time", "startTime"),
    ("end_time", "endTime"),
)


def recognises(value: Any) -> bool:
    """Return whether there are sentences of named speakers."""
    found = value if isinstance(value, list) else at(value, "sentences")
    marks = ("speaker_name", "raw_text", "ai_filters", "sentence")
    sentences = entries(found)
    return any(("speaker_name" in entry or "speaker_id" in entry) and _marked(entry, marks) for entry in sentences)


def add(draft: Draft, value: Any) -> None:
    """Add each sentence: its ``text``, not the same as it was recognised."""
    found = value if isinstance(value, list) else value["sentences"]
    if not has_text(found, _KEYS):
        raise Unreadable("its sentences have no text")
    add_utterances(draft, found, _KEYS)


def _marked(entry: dict[str, Any], marks: tuple[str, ...]) -> bool:
    return any(mark in entry for mark in marks) and ("text" in entry or "sentence" in entry or "raw_text" in entry)
