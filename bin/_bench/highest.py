"""The most users at once for whom the words of a model come soon enough."""

from __future__ import annotations

from collections.abc import Callable

LIMIT_MS = 100.0
"""What is added at the 99th percentile must be less."""
STEP, FIRST, MOST = 10, 50, 400
"""The result is a multiple of the step; the search begins at the first, and ends at the most."""


def highest(p99: Callable[[int], float]) -> int:
    """Return the most users, in tens, for whom ``p99`` (of a number of users, in ms) is less than the limit.

    Double them until it is not, then halve what lies between. Return ``MOST`` if even so many are served in time, and 0
    if not even ten are.
    """
    enough, many = 0, FIRST
    while many <= MOST and p99(many) < LIMIT_MS:
        enough, many = many, many * 2
    if many > MOST:
        return MOST
    while many - enough > STEP:
        middle = (enough + many) // 2 // STEP * STEP
        if p99(middle) < LIMIT_MS:
            enough = middle
        else:
            many = middle
    return enough
