"""SubRip (.srt): ``Ana: …`` or ``[Bob] …`` under numbered times."""

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
    """By the name of the file, or a number and a time on its first lines."""
    start = [line for line in source.lines[:4] if line][:2]
    return source.suffix == ".srt" or (len(start) == 2 and start[0].isdecimal() and "-->" in start[1])


def read(source: Source) -> Transcript:
    """Read SubRip cue by cue, so that a broken one costs only itself."""
    if not any("-->" in line for line in source.lines):
        raise Unreadable("not SubRip: there is no line with a time, such as 00:00:01,000 --> 00:00:04,000")
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
            content.pop()  # the number of the cue that follows
        cue = _cue(lines[timing], content)
        if cue:
            yield cue
        else:
            draft.skip(UNREADABLE_CUE)


def _cue(timing: str, content: list[str]) -> Cue | None:
    # The parser sees the time alone: over a whole file its pattern takes quadratic time on long rows of digits.
    if len(timing) > _LONGEST_TIMING:
        return None
    try:
        (subtitle,) = srt.parse(f"{timing}\n\n")
    except (srt.SRTParseError, srt.TimestampParseError, ValueError, OverflowError):
        return None
    lines = [_TAG.sub("", line) for line in content]
    return Cue(lines, subtitle.start.total_seconds(), subtitle.end.total_seconds())
