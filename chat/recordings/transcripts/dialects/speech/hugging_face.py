"""Hugging Face's pipelines and insanely-fast-whisper: chunks with a pair of times, of words or of more, or speakers."""

from __future__ import annotations

from typing import Any

from ...draft import Draft
from ...grouping import add_words
from ...transcript import Unreadable
from .entries import Keys, add_with_words, entries, has_text, words_in
from .word_list import are_words

NAME = "Hugging Face"
_KEYS = Keys(start=(("timestamp", 0), ("timestamps", 0)), end=(("timestamp", 1), ("timestamps", 1)))


def recognises(value: Any) -> bool:
    """Return whether there are chunks, or speakers, with a pair of times."""
    return any("timestamp" in chunk for key in ("chunks", "speakers") for chunk in entries(value, key))


def add(draft: Draft, value: Any) -> None:
    """Add what each speaker says, if speakers are told apart, else the chunks; group them if they are words."""
    found = next((value[key] for key in ("speakers", "chunks") if has_text(value.get(key), _KEYS)), None)
    if found is None:
        raise Unreadable("its chunks have no text")
    if are_words([text for chunk in found if (text := _KEYS.text_of(chunk))]):
        add_words(draft, words_in(draft, found, _KEYS))
    else:
        chunks = entries(value, "chunks")
        words = list(_KEYS.words(chunks)) if are_words([_KEYS.text_of(chunk) or "" for chunk in chunks]) else []
        add_with_words(draft, found, _KEYS, words)
