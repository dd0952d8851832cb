"""Mistral's Voxtral: the events of a stream. A whole answer has Whisper's form, and is read as such."""

from __future__ import annotations

from typing import Any

from ...draft import NOT_FINAL, Draft
from ...transcript import Unreadable
from . import whisper
from .entries import at, entries

NAME = "Mistral"
_TEXT, _SEGMENT, _DONE = "transcription.text.delta", "transcription.segment", "transcription.done"


def recognises(value: Any) -> bool:
    """Return whether this is a list of events."""
    return any(event.get("type") in (_TEXT, _SEGMENT, _DONE) for event in entries(value))


def add(draft: Draft, value: Any) -> None:
    """Add the segments of the last event, else those that came one by one; the same text comes in pieces, too."""
    whole = next((event for event in reversed(entries(value)) if whisper.recognises(event)), None)
    segments = [event for event in entries(value) if event.get("type") == _SEGMENT]
    if whole is None and not segments:
        raise Unreadable("its events have no segments; ask for them with timestamp_granularities")
    whisper.add(draft, whole or {"segments": segments})
    draft.skip(NOT_FINAL, sum(at(event, "type") == _TEXT for event in value))
