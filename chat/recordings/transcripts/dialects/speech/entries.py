"""The entries of a list in JSON, such as words and utterances, under the keys of any service."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any  # any JSON that a file contains

from ...clock import moment, seconds
from ...draft import BAD_TIME, NOT_A_TURN, Draft
from ...spoken import LONGEST_TIME, Spoken
from ..names import speaker_name

MILLISECOND = 0.001
Path = str | tuple[str | int, ...]
"""A key, or the keys and indexes that lead to a value."""


def at(value: Any, path: Path) -> Any:
    """Return the value at a path, or None."""
    if isinstance(path, str):
        return value.get(path) if isinstance(value, dict) else None
    for key in path:
        if isinstance(key, int):
            value = value[key] if isinstance(value, list) and len(value) > key else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def first(value: Any, paths: Iterable[Path]) -> Any:
    """Return the first value at one of the paths that is not None, or None."""
    for path in paths:  # no generator: this runs for every part of every turn
        found = at(value, path)
        if found is not None:
            return found
    return None


def entries(value: Any, path: Path = ()) -> list[dict[str, Any]]:
    """Return the objects of the list at a path; none if there is no list."""
    found = at(value, path) if path else value
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def until(start: float | None, duration: float | None) -> float | None:
    """Return the end of what takes so long; None if start or duration is unknown."""
    return None if start is None or duration is None else round(start + duration, 6)


@dataclass(frozen=True)
class Keys:
    """Where an entry has its parts, and the unit of its times in seconds; the first path that leads to a value counts.

    ``origin`` is the moment of the recording's start, if times are dates.
    """

    text: tuple[Path, ...] = ("text",)
    speaker: tuple[Path, ...] = ("speaker",)
    start: tuple[Path, ...] = ("start",)
    end: tuple[Path, ...] = ("end",)
    duration: tuple[Path, ...] = ()
    unit: float = 1.0
    origin: datetime | None = None

    def text_of(self, entry: Any) -> str | None:
        """Return the text of an entry; None if it has none."""
        text = first(entry, self.text)
        return text if isinstance(text, str) else None

    def spoken(self, entry: Any, *, joined: bool = False) -> Spoken | None:
        """Return an entry as a word or an utterance; None if it has no text."""
        text = self.text_of(entry)
        if text is None:
            return None
        start, end = self.times_of(entry)
        return Spoken(text, start, end, speaker_name(first(entry, self.speaker)), joined)

    def times_of(self, entry: Any) -> tuple[float | None, float | None]:
        """Return start and end of an entry in seconds; NaN for an unreadable one."""
        start, end = self._seconds(first(entry, self.start)), self._seconds(first(entry, self.end))
        if end is None and start is not None and self.duration:
            end = until(start, seconds(first(entry, self.duration), self.unit))
        return start, end

    def words(self, found: Iterable[Any]) -> Iterator[Spoken]:
        """Yield those entries that are words."""
        return (word for entry in found if (word := self.spoken(entry)) is not None)

    def _seconds(self, value: Any) -> float | None:
        if self.origin and (then := moment(value)):
            return (then - self.origin).total_seconds()
        return seconds(value, self.unit)


def words_in(draft: Draft, found: Any, keys: Keys) -> list[Spoken]:
    """Return the words of a list, and count its other entries, and times that make no sense."""
    words = [keys.spoken(entry) for entry in found] if isinstance(found, list) else []
    draft.skip(NOT_A_TURN, words.count(None))
    return [_readable(draft, word) for word in words if word]


def _readable(draft: Draft, word: Spoken) -> Spoken:
    """Return the word without times that make no sense, which are counted."""
    unusable = [time for time in (word.start, word.end) if time is not None and not 0 <= time <= LONGEST_TIME]
    draft.skip(BAD_TIME, len(unusable))
    return word._replace(start=None, end=None) if unusable else word


def add_utterances(draft: Draft, found: Iterable[Any], keys: Keys, words: Keys | None = None) -> None:
    """Add each entry as an utterance, with the times of its own ``words``."""
    for entry in found:
        spoken = keys.spoken(entry)
        if spoken:
            own = list(words.words(entries(entry, "words"))) if words else ()
            draft.add(spoken.text, speaker=spoken.speaker, start=spoken.start, end=spoken.end, words=own)
        else:
            draft.skip(NOT_A_TURN)


def add_with_words(draft: Draft, found: Iterable[Any], keys: Keys, words: Iterable[Spoken]) -> None:
    """Add each entry as an utterance, with the times of those of all ``words`` that are said in its time."""
    timed = sorted((word for word in words if word.timed), key=_middle)
    for entry in found:
        spoken = keys.spoken(entry)
        if not spoken:
            draft.skip(NOT_A_TURN)
            continue
        start, end = spoken.start or 0, math.inf if spoken.end is None else spoken.end
        own = timed[bisect_left(timed, start, key=_middle) : bisect_right(timed, end, key=_middle)]
        draft.add(spoken.text, speaker=spoken.speaker, start=spoken.start, end=spoken.end, words=own)


def _middle(word: Spoken) -> float:
    return word.middle


def has_text(found: Any, keys: Keys) -> bool:
    """Return whether a value is a list in which an entry has a text."""
    return isinstance(found, list) and any(keys.text_of(entry) is not None for entry in found)
