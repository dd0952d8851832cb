"""Parts of a recording put together again: true times, and at the seams no word twice and none lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf

from .heard import Heard, Said, Word
from .silences import Part


def joined(parts: Sequence[tuple[Part, Heard]]) -> list[Said]:
    """Return what was said in all parts, in order, in seconds of the recording."""
    placed = [_placed(part, heard) for part, heard in parts]
    seams = [-inf]
    for number, ((one, _), (two, _)) in enumerate(pairwise(parts)):
        seams.append(_seam(placed[number], two.start, one.end))
    seams.append(inf)
    return [
        kept
        for said, (begin, end) in zip(placed, pairwise(seams), strict=True)
        for each in said
        if (kept := _between(each, begin, end))
    ]


def _placed(part: Part, heard: Heard) -> list[Said]:
    """Return what was heard with times of the recording, none of them beyond the end of the part.

    A model that goes on after the end has made it up.
    """
    later = (each.later(part.start) for each in heard.said)
    return [_until(part.end, each) for each in later if each.start < part.end]


def _until(end: float, said: Said) -> Said:
    words = tuple(Word(word.text, min(word.start, end), min(word.end, end)) for word in said.words)
    return replace(said, start=min(said.start, end), end=min(said.end, end), words=words)


def _seam(said: Sequence[Said], start: float, end: float) -> float:
    """Return where to change from one part to the next.

    They meet in a silence, or share the time from ``start`` to ``end``: then it is the longest pause between two words
    there, since both parts heard the words before and after it whole.
    """
    spoken = [item for each in said for item in (each.words or (each,)) if start <= item.middle <= end]
    if end - start <= 0 or len(spoken) < 2:
        return (start + end) / 2
    before, after = max(pairwise(spoken), key=lambda pair: pair[1].start - pair[0].end)
    return (before.end + after.start) / 2


def _between(said: Said, begin: float, end: float) -> Said | None:
    """Return what was said from ``begin`` until ``end``; None if that is nothing."""
    if not said.words:
        return said if begin <= said.middle < end else None
    words = [word for word in said.words if begin <= word.middle < end]
    if len(words) == len(said.words):
        return said
    if not words:
        return None
    return replace(said, text=_text(said, words), start=words[0].start, end=words[-1].end, words=tuple(words))


def _text(said: Said, words: Sequence[Word]) -> str:
    """Return the text of these words as the whole text spells them, if it has one piece for each word."""
    pieces = said.text.split()
    if len(pieces) != len(said.words):
        return " ".join(word.text.strip() for word in words)
    first = said.words.index(words[0])
    return " ".join(pieces[first : first + len(words)])
