"""Otter's text export: a line ``Ana Lima  12:34``, then what she said."""

from __future__ import annotations

import re

from ..clock import CLOCK, clock_seconds
from ..draft import HEADING, Draft
from ..source import Source
from ..transcript import Transcript

_CLOCK = re.compile(CLOCK)
_FOOTER = "Transcribed by https://otter.ai"


def recognises(source: Source) -> bool:
    """Return whether a line is a name, two spaces and a time."""
    return any(_head(line) for line in source.lines)


def read(source: Source) -> Transcript:
    """Read the export without its footer. It has start times, but no end times."""
    draft = Draft()
    speaker, start = "", None
    lines: list[str] = []
    for line in source.lines:
        head = _head(line)
        if head:
            _add(draft, lines, speaker, start)
            speaker, start = head
            lines = []
        elif line != _FOOTER:
            lines.append(line)
    _add(draft, lines, speaker, start)
    return draft.finish(source.title, source.recorded_on)


def _add(draft: Draft, lines: list[str], speaker: str, start: float | None) -> None:
    if start is None:
        draft.skip(HEADING, sum(bool(line) for line in lines))
    else:
        draft.add("\n".join(lines), speaker=speaker, start=start)


def _head(line: str) -> tuple[str, float] | None:
    name, _, clock = line.rpartition("  ")
    return (name.strip(), clock_seconds(clock)) if name and _CLOCK.fullmatch(clock.strip()) else None
