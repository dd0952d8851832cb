"""Neighbouring segments cut into overlapping windows, each of which is searched as one passage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

SIZE = 2000
"""Characters of a window, unless a single segment has more. docs/retrieval.md compares sizes."""
STEP = 1000
"""Characters from the beginning of a window to that of the next."""


def windows(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield ``(start, stop)`` places in a list of segments that have these lengths in characters.

    Every segment is in a window and no window lies within another. A segment longer than ``SIZE`` is never split: its
    window is as long as it is.
    """
    start = reached = 0
    while reached < len(lengths):
        stop = _reach(lengths, start, SIZE)
        if stop > reached:
            yield start, stop
            reached = stop
        start = _reach(lengths, start, STEP)


def _reach(lengths: Sequence[int], start: int, size: int) -> int:
    """Where to stop so that at least one segment, and as many as fit in ``size``, lie between ``start`` and there."""
    stop, left = start + 1, size - lengths[start] - 1
    while stop < len(lengths) and lengths[stop] < left:
        left -= lengths[stop] + 1
        stop += 1
    return stop
