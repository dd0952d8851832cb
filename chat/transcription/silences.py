"""Where a recording is silent, and so where it may be cut into parts that a service takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf

MARGIN = 5.0
"""Seconds that two parts share if there is no silence to cut at: each word there is whole in one of them."""
WITHIN = 0.25
"""How far from the best place a cut may be, as a share of the longest part."""

NORMAL = -3.0
"""Decibels of the loudest moment of speech that is recorded well."""
QUIET = -15.0
"""Decibels of the loudest moment below which a recording is a quiet one."""
BELOW = 32.0
"""How many decibels below the loudest moment it is silent."""
SHORTEST = 0.3

_LOUDEST = re.compile(r"max_volume: (-?[\d.]+) dB")
_EVENT = re.compile(r"silence_(start|end): (-?[\d.]+)")


@dataclass(frozen=True, order=True)
class Silence:
    """A time without sound, in seconds."""

    start: float
    end: float

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    @property
    def length(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Part:
    """A part of a recording, in seconds of the recording."""

    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start


def finder(loudest: float) -> str:
    """Return ffmpeg's filter that prints the silences of a recording whose loudest moment is so loud."""
    return f"silencedetect=noise={max(loudest - BELOW, -85.0):.1f}dB:duration={SHORTEST}"


def loudest_in(output: str) -> float:
    """Return the decibels of the loudest moment that ffmpeg's ``volumedetect`` has printed."""
    found = _LOUDEST.findall(output)
    return float(found[-1]) if found else NORMAL


def silences_in(output: str, duration: float) -> tuple[Silence, ...]:
    """Return the silences that ffmpeg's ``silencedetect`` has printed."""
    silences: list[Silence] = []
    start: float | None = None
    for kind, time in (*_EVENT.findall(output), ("end", str(duration))):
        if kind == "start":
            start = max(0.0, float(time))
        elif start is not None:
            silences.append(Silence(start, min(duration, float(time))))
            start = None
    return tuple(silence for silence in silences if silence.length > 0)


def parts_of(duration: float, silences: Sequence[Silence], longest: float) -> list[Part]:
    """Cut a recording into parts of about the same length, none longer than ``longest``, at its longest silences.

    Where a stretch has none, two parts share 2 × ``MARGIN`` seconds.
    """
    parts, start = [], 0.0
    for end, after in _cuts(duration, silences, longest):
        parts.append(Part(start, end))
        start = after
    return parts


def _cuts(duration: float, silences: Sequence[Silence], longest: float) -> Iterator[tuple[float, float]]:
    """Yield the end of each part, and the start of the next one."""
    start = 0.0
    while duration - start > longest:
        left = duration - start
        best = start + left / ceil(left / longest)
        low, high = best - WITHIN * longest, min(start + longest, best + WITHIN * longest)
        near = [silence for silence in silences if low <= silence.middle <= high]
        if near:
            start = max(near, key=lambda silence: (silence.length, -abs(silence.middle - best))).middle
            yield start, start
        else:
            end = min(best + MARGIN, start + longest)
            start = end - 2 * MARGIN
            yield end, start
    yield duration, inf
