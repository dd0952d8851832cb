"""Zoom's saved captions: a line ``[Ana Lima] 16:38:14``, then what she said."""

from __future__ import annotations

import re

from ..draft import HEADING, Draft
from ..source import Source
from ..transcript import Transcript

_HEAD = re.compile(r"\[(?P<speaker>[^\[\]]+)\] (?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)(?: ?(?P<half>[AP]M))?")
_DAY = 24 * 3600
_FIRST_LINES = 50


def recognises(source: Source) -> bool:
    """Return whether one of the first lines is a speaker with a time of day."""
    return any(_HEAD.fullmatch(line) for line in source.lines[:_FIRST_LINES])


def read(source: Source) -> Transcript:
    """Read saved captions. Times of day become seconds since the first caption; there are no end times."""
    draft = Draft()
    speaker, start, origin = "", 0, None
    lines: list[str] = []
    for line in source.lines:
        head = _HEAD.fullmatch(line)
        if not head:
            lines.append(line)
            continue
        _add(draft, lines, speaker, start if origin is not None else None)
        origin = _time_of_day(head) if origin is None else origin
        speaker, lines = head["speaker"], []
        start = (_time_of_day(head) - origin) % _DAY  # a meeting may last past midnight
    _add(draft, lines, speaker, start)
    return draft.finish(source.title, source.recorded_on)


def _add(draft: Draft, lines: list[str], speaker: str, start: int | None) -> None:
    if start is None:
        draft.skip(HEADING, sum(bool(line) for line in lines))
    else:
        draft.add("\n".join(lines), speaker=speaker, start=start)


def _time_of_day(head: re.Match[str]) -> int:
    hour = int(head["hour"])
    if head["half"]:
        hour = hour % 12 + (12 if head["half"] == "PM" else 0)
    return hour * 3600 + int(head["minute"]) * 60 + int(head["second"])
