"""SubRip (.srt): numbered cues with times and the text ``Ana: …`` or ``[Bob] …``."""

from __future__ import annotations

import re
from collections.abc import Iterator

import srt

from ..cues import Cue, add_labelled
from ..draft import STRAY_TEXT, UNREADABLE_CUE, Draft
from ..source import Source
from ..transcript import Transcript, Unreadable

_TAG = re.compile(r"</?(?:i|b|u|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)
_LONGEST_TIMING = 200


def recognises(source: Source) -> bool:
    """Return whether the file is named .srt, or begins with a number and a time."""
    start = [line for line in source.lines[:4] if line][:2]
    return source.suffix == ".srt" or (len(start) == 2 and start[0].isdecimal() and "-->" in start[1])


def read(source: Source) -> Transcript:
    """Read SubRip cue by cue, so that only a broken cue is lost."""
    if not any("-->" in line for line in source.lines):
        raise Unreadable("not SubRip: it has no line with a time, such as 00:00:01,000 --> 00:00:04,000")
    draft = Draft()
    cues = list(_cues(draft, source.lines))
    add_labelled(draft, cues)
    return draft.finish(source.title, source.recorded_on)


def _cues(draft: Draft, lines: list[str]) -> Iterator[Cue]:
    timings = [number for number, line in enumerate(lines) if "-->" in line]
    draft.skip(STRAY_TEXT, sum(bool(line) and not line.isdecimal() for line in lines[: timings[0]]))
    for timing, following in zip(timings, [*timings[1:], len(lines)], strict=True):
        content = [line for line in lines[timing + 1 : following] if line]
        if following < len(lines) and lines[following - 1].isdecimal() and following - 1 > timing:
            content.pop()  # the number of the next cue
        cue = _cue(lines[timing], content)
        if cue:
            yield cue
        else:
            draft.skip(UNREADABLE_CUE)


def _cue(timing: str, content: list[str]) -> Cue | None:
    # Give the parser only the time: on a whole file, its pattern takes quadratic time for long rows of digits.
    if len(timing) > _LONGEST_TIMING:
        return None
    try:
        (subtitle,) = srt.parse(f"{timing}\n\n")
    except (srt.SRTParseError, srt.TimestampParseError, ValueError, OverflowError):
        return None
    lines = [_TAG.sub("", line) for line in content]
    return Cue(lines, subtitle.start.total_seconds(), subtitle.end.total_seconds())
