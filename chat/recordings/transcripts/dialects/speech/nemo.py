"""NVIDIA NeMo: the times of words and segments under ``timestamp``, and the sentences of its diarization."""

from __future__ import annotations

from typing import Any

from ...draft import Draft
from ...grouping import add_words
from ...transcript import Unreadable
from .entries import Keys, add_with_words, at, entries, has_text, words_in

NAME = "NeMo"
_SEGMENT = Keys(("segment", "text"))
_WORD = Keys(("word", "text", "char"))
_SENTENCE = Keys(("sentence", "text"), ("speaker", "speaker_label"), ("start_time", "start"), ("end_time", "end"))
_SPOKEN = Keys(("word", "text"), ("speaker", "speaker_label"), ("start_time", "start"), ("end_time", "end"))


def recognises(value: Any) -> bool:
    """Return whether times stand by kind under ``timestamp``, or a diarization has a session."""
    stamps = _stamps(value)
    if isinstance(stamps, dict) and any(isinstance(stamps.get(key), list) for key in ("word", "segment")):
        return True
    return isinstance(value, dict) and "session_id" in value and has_text(value.get("words"), _SPOKEN)


def add(draft: Draft, value: Any) -> None:
    """Add the segments or sentences with the times of their words; without them, group the words."""
    stamps = _stamps(value)
    if not isinstance(stamps, dict):
        _add_session(draft, value)
    elif has_text(stamps.get("segment"), _SEGMENT):
        add_with_words(draft, stamps["segment"], _SEGMENT, _WORD.words(entries(stamps, "word")))
    elif has_text(stamps.get("word"), _WORD):
        add_words(draft, words_in(draft, stamps["word"], _WORD))
    else:
        raise Unreadable("its times have no words; transcribe with timestamps=True")


def _stamps(value: Any) -> Any:
    return at(value, "timestamp") or at(value, "timestep")


def _add_session(draft: Draft, value: Any) -> None:
    if has_text(value.get("sentences"), _SENTENCE):
        add_with_words(draft, value["sentences"], _SENTENCE, _SPOKEN.words(entries(value, "words")))
    else:
        add_words(draft, words_in(draft, value["words"], _SPOKEN))
