"""When each word of a segment is said: times beside the text, in about six bytes a word.

Each word is four numbers: the characters between the last word and this one, its own characters, the milliseconds from
the end of the last word to its start, and those that it takes. A number is written seven bits to a byte, the lowest
first; all bytes of a number but its last have the highest bit. The third number may be negative: 0, -1, 1, -2, 2 … are
written as 0, 1, 2, 3, 4 …
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_MILLISECONDS = 1000


class WordTime(NamedTuple):
    """A word: its place in the text of its segment, in characters, and its time in the recording, in seconds."""

    at: int
    length: int
    start: float
    end: float


def pack(words: Iterable[WordTime]) -> bytes:
    """Return the words as bytes. They must be in the order of the text, each after the last, and end after they start.

    Raise ``ValueError`` for any other words.
    """
    packed = bytearray()
    at = clock = 0
    for word in words:
        start, end = round(word.start * _MILLISECONDS), round(word.end * _MILLISECONDS)
        for number in (word.at - at, word.length, _unsigned(start - clock), end - start):
            _write(packed, number)
        at, clock = word.at + word.length, end
    return bytes(packed)


def unpack(packed: bytes) -> list[WordTime]:
    """Return the words of bytes that ``pack`` made, with times to the millisecond."""
    words = []
    at = clock = 0
    numbers = _numbers(packed)
    for gap, length, silence, duration in zip(numbers, numbers, numbers, numbers, strict=True):
        start = clock + _signed(silence)
        clock = start + duration
        words.append(WordTime(at + gap, length, start / _MILLISECONDS, clock / _MILLISECONDS))
        at += gap + length
    return words


def times_of(text: str, words: Sequence[WordTime], begin: int, end: int) -> tuple[float | None, float | None]:
    """Return when the characters from ``begin`` up to ``end`` of the text are said, in seconds.

    Where the first or last word of them has no time, it is said after the word before them, or before the one after
    them; the time is None where there is no such word.
    """
    within = [word for word in words if word.at < end and word.at + word.length > begin]
    before = max((word.end for word in words if word.at + word.length <= begin), default=None)
    after = min((word.start for word in words if word.at >= end), default=None)
    if not within:
        return before, after
    untimed_first = _has_letters(text[begin : within[0].at])
    untimed_last = _has_letters(text[within[-1].at + within[-1].length : end])
    start = before if untimed_first else min(word.start for word in within)
    return start, after if untimed_last else max(word.end for word in within)


def _has_letters(text: str) -> bool:
    return any(map(str.isalnum, text))


def _unsigned(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


def _signed(number: int) -> int:
    return -(number + 1) // 2 if number % 2 else number // 2


def _write(packed: bytearray, number: int) -> None:
    if number < 0:
        raise ValueError("words overlap, or end before they start")
    while number > 0x7F:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)


def _numbers(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0
