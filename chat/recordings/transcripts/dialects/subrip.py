"""SubRip (.srt) and SubViewer (.sbv): cues with times and the text ``Ana: …``, ``[Bob] …`` or ``(Cleo)`` above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..captions import cues_of, has_timing, lines_of, unescaped
from ..cues import add_labelled
from ..draft import Draft
from ..rolling import said_once
from ..source import JSON_SUFFIXES, SUBRIP_SUFFIXES, Source
from ..transcript import Transcript, Unreadable

_TAG = re.compile(r"</?(?:i|b|u|c(?:\.[^\s<>]*)?|font(?:\s[^<>]*)?)>|\{\\[^{}]*\}", re.IGNORECASE)
_BREAK = re.compile(r"\[br\]", re.IGNORECASE)
_FIRST_LINES = 12


def recognises(source: Source) -> bool:
    """Return whether one of the first lines is the time of a cue, whatever the file's name is."""
    if source.suffix in SUBRIP_SUFFIXES or source.suffix == ".vtt":
        return True
    return source.suffix not in JSON_SUFFIXES and has_timing(source.lines[:_FIRST_LINES])


def read(source: Source) -> Transcript:
    """Read the cues; an unreadable time costs a cue its place, not its text."""
    if not has_timing(source.lines):
        raise Unreadable("it has no line with a time, such as 00:00:01,000 --> 00:00:04,000 or 0:00:01.000,0:00:04.000")
    draft = Draft()
    cues = [replace(cue, lines=_plain_lines(cue.lines)) for cue in cues_of(draft, source.lines)]
    add_labelled(draft, said_once(cues))
    return draft.finish(source.title, source.recorded_on)


def _plain_lines(lines: Sequence[str]) -> list[str]:
    return lines_of(_BREAK.sub("\n", unescaped(_TAG.sub("", "\n".join(lines)))))
