"""Overlapping windows of neighbouring segments, each of which is searched as one passage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

SIZE = 2000
"""The most characters in a window, unless a single segment has more. docs/retrieval.md compares sizes."""
STEP = 1000
"""Characters from the start of a window to the start of the next."""


def windows(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield ``(start, stop)`` indices into a list of segments with these lengths in characters.

    Every segment is in a window, and no window lies within another. A segment longer than ``SIZE`` is never split: it
    is a window of its own.
    """
    start = reached = 0
    while reached < len(lengths):
        stop = _reach(lengths, start, SIZE)
        if stop > reached:
            yield start, stop
            reached = stop
        start = _reach(lengths, start, STEP)


def _reach(lengths: Sequence[int], start: int, size: int) -> int:
    """Return the stop of the range from ``start`` with as many segments as fit into ``size``, but at least one."""
    stop, remaining = start + 1, size - lengths[start] - 1
    while stop < len(lengths) and lengths[stop] < remaining:
        remaining -= lengths[stop] + 1
        stop += 1
    return stop
