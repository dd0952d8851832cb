"""The grouping of words into segments: by speaker, pause and sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from .draft import Draft
from .spoken import LONGEST_TIME, Spoken, is_unspaced

Part = TypeVar("Part")

LONG_PAUSE = 2.0
"""Seconds; after it a new segment begins, even in the middle of a sentence."""
SHORT_PAUSE = 0.5
"""Seconds; after it a segment of ``LONG`` characters ends."""
SENTENCE = 60
"""Characters; a segment of as many ends with its sentence."""
LONG = 240
LONGEST = 800
"""Characters; where words have neither marks nor pauses, a segment ends here."""

_SENTENCE_END = re.compile(r"[.!?…。！？।۔؟][\"'”’»)\]」』]{0,3}\s?$")


@dataclass(frozen=True)
class Group:
    """The words of one segment, in order, and the text that they make."""

    words: Sequence[Spoken]
    text: str

    @property
    def start(self) -> float | None:
        """The first time of its words."""
        return next((word.start for word in self.words if word.start is not None), None)

    @property
    def end(self) -> float | None:
        """The last time of its words."""
        return next((word.end for word in reversed(self.words) if word.end is not None), None)


def add_words(draft: Draft, words: Iterable[Spoken]) -> None:
    """Add the words of one stream as segments."""
    for group in _groups(list(words)):
        _add(draft, group)


def add_streams(draft: Draft, streams: Iterable[Iterable[Spoken]]) -> None:
    """Add the words of streams that run at the same time, such as channels, in the order in which segments begin."""
    groups = [group for words in streams for group in _groups(list(words))]
    for group in by_start(groups, [group.start for group in groups]):
        _add(draft, group)


def by_start(parts: Iterable[Part], starts: Iterable[float | None]) -> list[Part]:
    """Return the parts in the order of their starts; one without a usable start stays behind the one before it."""
    clock, placed = 0.0, []
    for part, start in zip(parts, starts, strict=True):
        clock = start if start is not None and 0 <= start <= LONGEST_TIME else clock
        placed.append((clock, part))
    return [part for _, part in sorted(placed, key=lambda place: place[0])]


def _add(draft: Draft, group: Group) -> None:
    draft.add(group.text, speaker=group.words[0].speaker, start=group.start, end=group.end, words=group.words)


def _groups(words: Sequence[Spoken]) -> Iterator[Group]:
    spaced = _are_spaced(words)
    group: list[Spoken] = []
    text = ""
    for word in _with_speakers(words):
        if group and _may_break(text, word) and _breaks(group, text, word):
            yield Group(group, text)
            group, text = [], ""
        blank = " " if text and not (spaced or word.joined or _touch(text, word.text)) else ""
        group.append(word)
        text += blank + word.text
    if group:
        yield Group(group, text)


def _with_speakers(words: Iterable[Spoken]) -> Iterator[Spoken]:
    """Yield the words; one that names no speaker is the last speaker's."""
    speaker = ""
    for word in words:
        speaker = word.speaker or speaker
        yield word if word.speaker == speaker else word._replace(speaker=speaker)


def _are_spaced(words: Sequence[Spoken]) -> bool:
    """Return whether the words bring their blanks with them, as Whisper's do."""
    with_blank = sum(word.text[:1].isspace() or word.text[-1:].isspace() for word in words)
    return with_blank * 2 >= len(words)


def _touch(text: str, following: str) -> bool:
    return bool(following) and is_unspaced(text[-1]) and is_unspaced(following[0])


def _may_break(text: str, word: Spoken) -> bool:
    """Return whether the word is none that belongs to the one before it, such as a comma."""
    if not word.joined:
        return bool(word.text.strip())
    return any(map(str.isalnum, word.text)) and (text[-1:].isspace() or bool(word.speaker))


def _breaks(group: Sequence[Spoken], text: str, word: Spoken) -> bool:
    if word.speaker != group[0].speaker:
        return True
    pause = _pause(group, word)
    if pause >= LONG_PAUSE or len(text) + len(word.text) >= LONGEST:
        return True
    if len(text) >= SENTENCE and _SENTENCE_END.search(text[-8:]):
        return True
    return len(text) >= LONG and pause >= SHORT_PAUSE


def _pause(group: Sequence[Spoken], word: Spoken) -> float:
    end = next((word.end for word in reversed(group) if word.end is not None), None)
    return word.start - end if word.start is not None and end is not None else 0
