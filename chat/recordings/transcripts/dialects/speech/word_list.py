"""A plain list of words with times and perhaps speakers, by itself or under ``words``, as aligners write it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from ...draft import Draft
from ...grouping import add_words
from ...spoken import Spoken
from ...transcript import Unreadable
from .entries import MILLISECOND, Keys, entries, words_in

NAME = "a list of words"
_KEYS = Keys(
    ("punctuated_word", "word", "text", "content", "value"),
    ("speaker", "speaker_name", "speaker_label", "speaker_id", "speakerLabel", "speakerTag"),
    ("start", "start_time", "startTime", "start_ts", "from", "ts"),
    ("end", "end_time", "endTime", "end_ts", "to"),
)
_LISTS = ("words", "word_segments", "result")
_SLOWEST = 3.0
"""Seconds for a letter; words that seem to take longer have their times in milliseconds."""


def are_words(texts: Sequence[str]) -> bool:
    """Return whether the texts are single words, but for a few."""
    return bool(texts) and sum(len(text.split()) <= 1 for text in texts) >= 0.9 * len(texts)


def recognises(value: Any) -> bool:
    """Return whether there is a list of words with times."""
    return bool(_list(value))


def add(draft: Draft, value: Any) -> None:
    """Group the words. Whole numbers are milliseconds if as seconds they would be far too slow."""
    words = words_in(draft, _list(value), _KEYS)
    if not words:
        raise Unreadable("its words have no text")
    add_words(draft, in_seconds(words))


def in_seconds(words: list[Spoken]) -> list[Spoken]:
    """Return the words with their times in seconds, if they seem to be in milliseconds."""
    if not are_slow(words):
        return words
    return [word._replace(start=_scaled(word.start), end=_scaled(word.end)) for word in words]


def are_slow(words: Sequence[Spoken]) -> bool:
    """Return whether the words take so many seconds that they must be milliseconds."""
    rates = [
        (word.end - word.start) / len(word.text)
        for word in words
        if word.start is not None and word.end is not None and word.text
    ]
    whole = all(time is None or float(time).is_integer() for word in words for time in (word.start, word.end))
    return bool(rates) and whole and median(rates) > _SLOWEST


def _scaled(time: float | None) -> float | None:
    return None if time is None else round(time * MILLISECOND, 6)


def _list(value: Any) -> list[Any]:
    """Return the list whose entries are words with a time, most of them; an empty list if there is none."""
    found = value if isinstance(value, list) else next((value[key] for key in _LISTS if _has(value, key)), [])
    words = [entry for entry in entries(found) if _KEYS.text_of(entry) is not None]
    timed = [entry for entry in words if _KEYS.times_of(entry)[0] is not None]
    texts = [_KEYS.text_of(entry) or "" for entry in words]
    named = sum("word" in entry or "punctuated_word" in entry for entry in words)
    is_list = 2 * len(timed) >= len(words) > 0 and are_words(texts) and (named or len(words) > 2)
    return found if is_list else []


def _has(value: Any, key: str) -> bool:
    return isinstance(value, dict) and isinstance(value.get(key), list)
