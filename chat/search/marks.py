"""Where the words of a search stand in a text, and the stretch of it that shows them best.

The full text holds a text as its normalized words, separated by spaces, and marks the words that it has found there.
So the n-th of these words is the n-th word of the text that a reader sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from ..terms import is_compound, words

LENGTH = 240
"""Characters of a snippet, about three lines."""
BEFORE = 60
"""Characters of a snippet before its first marked word."""

_REMEMBERED = 8_192
"""Chunks of text without a space whose numbers of words are kept in memory: a page has thousands, mostly the same."""
_CHUNK = re.compile(r"\S+")
_PIECE = re.compile(r"[^\W_]+")

Span = tuple[int, int]


class Word(NamedTuple):  # of which a page of results makes thousands
    """A normalized word of an indexed text, and whether the search has found it there."""

    text: str
    found: bool


@dataclass(frozen=True)
class Part:
    """A part of a snippet."""

    text: str
    found: bool = False


def read_marked(marked: str) -> list[Word]:
    """Return the words of an indexed text in which ``<`` and ``>`` enclose what was found."""
    found, is_open = [], False
    for token in marked.split():
        if "<" in token or ">" in token:
            found.append(Word(token.replace("<", "").replace(">", ""), is_open or "<" in token))
            is_open = token.rfind("<") > token.rfind(">")
        else:
            found.append(Word(token, is_open))
    return found


def count(text: str) -> int:
    """Return how many words of an indexed text come from this text."""
    return len(words(text))


@lru_cache(maxsize=_REMEMBERED)
def _count_in_chunk(chunk: str) -> int:
    return count(chunk)


def spans(text: str, found: Sequence[bool]) -> list[Span]:
    """Return where the words of a text that were found stand in it; ``found`` has a value for each of its words."""
    chunks = list(_CHUNK.finditer(text))
    counts = [_count_in_chunk(chunk[0]) for chunk in chunks]
    if sum(counts) == len(found):
        values = iter(found)
        marked = [list(islice(values, number)) for number in counts]
    else:  # a word goes over a space, as in "don 't", so that only what the words are tells where they stand
        those = {word for word, value in zip(words(text), found, strict=False) if value}
        marked = [[word in those for word in words(chunk[0])] for chunk in chunks]
    return [span for chunk, values in zip(chunks, marked, strict=True) for span in _spans_of(text, chunk, values)]


def snippet(text: str, places: Sequence[Span], *, length: int = LENGTH) -> list[Part]:
    """Return the stretch of a text in which most of the places are, cut between words, in parts."""
    start = _start(text, places, length)
    end = _end(text, start, length)
    parts, at = [Part("… ")] if start else [], start
    for left, right in places:
        if at <= left and right <= end:
            parts += [Part(text[at:left]), Part(text[left:right], found=True)]
            at = right
    parts += [Part(text[at:end]), Part(" …" if end < len(text.rstrip()) else "")]
    return [part for part in parts if part.text]


def _spans_of(text: str, chunk: re.Match[str], found: Sequence[bool]) -> list[Span]:
    """Return what is found in a chunk without spaces: parts of it if its words are those of its parts, else all."""
    if not any(found):
        return []
    pieces = [(chunk.start() + piece.start(), chunk.start() + piece.end()) for piece in _PIECE.finditer(chunk[0])]
    written, values = _as_written(words(chunk[0]), found)
    if [word for start, end in pieces for word in words(text[start:end])] != written:
        return [(pieces[0][0], pieces[-1][1])] if pieces else [chunk.span()]
    remaining = iter(values)
    return [span for piece in pieces for span in _spans_in_piece(text, piece, remaining)]


def _as_written(all_words: Sequence[str], found: Sequence[bool]) -> tuple[list[str], list[bool]]:
    """Return the words without the second spelling of compounds; if that is found, both of its parts are."""
    written: list[str] = []
    values: list[bool] = []
    for place, (word, value) in enumerate(zip(all_words, found, strict=False)):
        if not is_compound(word, all_words[:place]):
            written.append(word)
            values.append(value)
        elif value:
            values[-2:] = [True, True]
    return written, values


def _spans_in_piece(text: str, piece: Span, found: Iterator[bool]) -> list[Span]:
    start, end = piece
    values = list(islice(found, count(text[start:end])))
    if not any(values):
        return []
    if len(values) > 1 and len(values) == end - start - 1:  # each word is a pair of characters
        marked = [place for place, value in enumerate(values) if value]
        return [(start + marked[0], start + marked[-1] + 2)]
    return [piece]


def _start(text: str, places: Sequence[Span], length: int) -> int:
    if not places or len(text) <= length:
        return 0
    best = max(places, key=lambda place: (sum(0 <= left - place[0] < length - BEFORE for left, _ in places), -place[0]))
    if best[0] <= BEFORE:
        return 0
    start = min(best[0] - BEFORE, len(text) - length)
    gap = text.find(" ", start, best[0])
    return gap + 1 if gap >= 0 else start


def _end(text: str, start: int, length: int) -> int:
    if len(text) <= start + length:
        return len(text)
    gap = text.rfind(" ", start + length // 2, start + length)
    return gap if gap >= 0 else start + length
