"""pyannoteAI: turns of speakers, and the same by word."""

from __future__ import annotations

from typing import Any

from ...draft import Draft
from ...grouping import add_words
from ...transcript import Unreadable
from .entries import Keys, add_with_words, at, entries, has_text, words_in

NAME = "pyannoteAI"
_KEYS = Keys()
_TURNS, _WORDS = "turnLevelTranscription", "wordLevelTranscription"


def recognises(value: Any) -> bool:
    """Return whether there are turns or words under pyannoteAI's names."""
    return isinstance(value, dict) and (_TURNS in value or _WORDS in value)


def add(draft: Draft, value: Any) -> None:
    """Add the turns with the times of their words; without turns, group the words."""
    if has_text(at(value, _TURNS), _KEYS):
        add_with_words(draft, value[_TURNS], _KEYS, _KEYS.words(entries(value, _WORDS)))
    elif has_text(at(value, _WORDS), _KEYS):
        add_words(draft, words_in(draft, value[_WORDS], _KEYS))
    else:
        raise Unreadable("there are neither turns nor words; ask for a transcription beside the diarization")
