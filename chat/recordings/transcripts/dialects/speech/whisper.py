"""Whisper and its relatives: segments in seconds, with words in each or beside them.

Among them are faster-whisper, WhisperX, whisper-timestamped, stable-ts, OpenAI's ``verbose_json`` and
``diarized_json``, Groq, Mistral's whole answers and Gladia.
"""

from __future__ import annotations

from typing import Any

from ...draft import Draft
from ...grouping import add_words
from ...spoken import tokens
from ...transcript import Unreadable
from .entries import Keys, add_utterances, add_with_words, at, entries, has_text, words_in
from .word_list import are_words

NAME = "Whisper"
_SPEAKERS = ("speaker", "speaker_id", "speaker_label", "channel")
_SEGMENT = Keys(speaker=_SPEAKERS, start=("start", "start_time"), end=("end", "end_time"))
_WORD = Keys(("word", "text"), _SPEAKERS, ("start", "start_time"), ("end", "end_time"))
_LISTS = ("segments", "utterances", "sentences")
_WORD_LISTS = ("words", "word_segments")


def recognises(value: Any) -> bool:
    """Return whether there are segments with a text and a time, or the words of a whole text."""
    return isinstance(value, dict) and (_segments(value) is not None or _is_verbose(value))


def add(draft: Draft, value: Any) -> None:
    """Add the segments; if there are none, group the words as the whole text spells them."""
    segments = _segments(value)
    if segments is None:
        words = words_in(draft, value["words"], _WORD)
        if not any(word.text.strip() for word in words):
            raise Unreadable("it has neither segments nor words")
        add_words(draft, tokens(value["text"], words))
        return
    own = next((value[key] for key in _WORD_LISTS if has_text(at(value, key), _WORD)), None)
    if any(entries(entry, "words") for entry in entries(segments)):
        add_utterances(draft, segments, _SEGMENT, _WORD)
    elif are_words([text for entry in segments if (text := _SEGMENT.text_of(entry))]):
        add_words(draft, words_in(draft, segments, _SEGMENT))
    else:
        add_with_words(draft, segments, _SEGMENT, _WORD.words(entries(own)))


def _segments(value: dict[str, Any]) -> list[Any] | None:
    return next((value[key] for key in _LISTS if has_text(value.get(key), _SEGMENT)), None)


def _is_verbose(value: dict[str, Any]) -> bool:
    """Return whether this is a text with its words: OpenAI's answer if asked for the times of words alone."""
    text = value.get("text")
    return isinstance(text, str) and bool(text.strip()) and has_text(value.get("words"), Keys(("word",)))
