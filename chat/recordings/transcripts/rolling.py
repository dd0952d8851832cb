"""Captions that roll, as YouTube's do: each cue shows the last lines of the cue before it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from .captions import Cue

_ROLLING_SHARE = 0.5
_FEWEST_ROLLS = 2
_LONGEST_GAP = 1.0
"""Seconds; a line that comes back after a longer pause is said again."""


def said_once(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues without what they repeat, if the captions roll; otherwise all as they are."""
    return list(_new_lines(cues)) if _rolls(cues) else list(cues)


def _rolls(cues: Sequence[Cue]) -> bool:
    """Return whether most cues repeat lines, and some of them add a line: that is no chorus."""
    added = [_added(before, cue) for before, cue in pairwise(cues) if before.lines and cue.lines]
    repeats = [lines for lines in added if lines is not None]
    return any(repeats) and len(repeats) >= max(_FEWEST_ROLLS, _ROLLING_SHARE * len(added))


def _new_lines(cues: Sequence[Cue]) -> Iterator[Cue]:
    shown: Cue | None = None
    for cue in cues:
        added = _added(shown, cue) if shown else None
        if added is None:
            yield cue
        elif added:
            yield replace(cue, lines=added)
        shown = cue if cue.lines else shown


def _added(before: Cue, cue: Cue) -> Sequence[str] | None:
    """Return the lines that the cue adds to those that it repeats; None if it repeats nothing.

    The last of the repeated lines may have grown: a program may show a line word by word.
    """
    if not _is_next(before, cue):
        return None
    for count in range(min(len(before.lines), len(cue.lines)), 0, -1):
        if before.lines[-count:-1] != cue.lines[: count - 1]:
            continue
        last, line = before.lines[-1], cue.lines[count - 1]
        if line == last:
            return cue.lines[count:]
        if line.startswith(f"{last} "):
            return [line[len(last) + 1 :], *cue.lines[count:]]
    return None


def _is_next(before: Cue, cue: Cue) -> bool:
    if before.end is None or cue.start is None:
        return True
    return cue.start - before.end <= _LONGEST_GAP
