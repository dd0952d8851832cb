"""Captions: lines of text below a line with two times, as WebVTT, SubRip and SubViewer have them.

All three are read alike, because programs mix them: commas and points in times, cues with and without a number, blank
lines where none belong. A line is a time only if all of it is; an arrow may be part of what was said.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .clock import clock_seconds
from .draft import STRAY_TEXT, UNREADABLE_CUE, Draft

_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,6})?"
_TIMING = re.compile(
    rf"(?P<start>{_TIME})\s*-{{1,3}}>\s*(?P<end>{_TIME})(?:\s.*)?"
    rf"|(?P<from>\d{{1,3}}:\d\d:\d\d\.\d{{1,3}}),(?P<to>\d{{1,3}}:\d\d:\d\d\.\d{{1,3}})"
)
_BROKEN_TIMING = re.compile(r"(?=\S{0,30}\d)(?=\S{0,30}:)\S{3,40}\s*-->\s*\S*\d")
_LONGEST_TIMING = 200
_COMMENT = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


@dataclass(frozen=True, slots=True)
class Cue:
    """The lines that are shown between two times (seconds, or None), and the identifier above them."""

    lines: Sequence[str]
    start: float | None
    end: float | None
    identifier: str = ""


def has_timing(lines: Sequence[str]) -> bool:
    """Return whether one of the lines is the time of a cue."""
    return any(_timing(line) for line in lines)


def cues_of(draft: Draft, lines: Sequence[str], *, comments: bool = False) -> Iterator[Cue]:
    """Yield the cues, and count text before the first. With ``comments``, leave out the blocks of WebVTT's comments."""
    cue: Cue | None = None
    number = 0
    for timing, block in _blocks(lines):
        content, identifier = _parted(block, number, cue is None) if timing is not None else (block, "")
        number = int(identifier) if _is_number(identifier) else -1
        if comments:
            content = _without_comments(content)
        if cue:
            yield replace(cue, lines=[line for line in content if line])
        else:
            draft.skip(STRAY_TEXT, sum(bool(line) for line in content))
        cue = _cue(draft, timing, identifier) if timing is not None else None


def lines_of(text: str) -> list[str]:
    """Return the lines of a cue's text that say something; a dash alone only parts two speakers."""
    return [line for line in map(str.strip, text.split("\n")) if line.strip("-–—")]


def unescaped(text: str) -> str:
    """Return the text with HTML entities decoded, also those that a program has escaped twice."""
    for _ in range(2):
        if not _ENTITY.search(text):
            break
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text


def _blocks(lines: Sequence[str]) -> Iterator[tuple[str | None, list[str]]]:
    """Yield the lines up to each time, with that time; the last lines have none."""
    block: list[str] = []
    for line in lines:
        if _timing(line) or (_is_broken(line) and _begins_cue(block)):
            yield line, block
            block = []
        else:
            block.append(line)
    yield None, block


def _timing(line: str) -> re.Match[str] | None:
    # The first look keeps this fast: few lines are times.
    return _TIMING.fullmatch(line) if line[:1].isdigit() and len(line) <= _LONGEST_TIMING else None


def _is_broken(line: str) -> bool:
    return "-->" in line and _BROKEN_TIMING.match(line) is not None


def _begins_cue(block: Sequence[str]) -> bool:
    return not block or not block[-1] or block[-1].isdecimal() or not any(block[:-1]) or not block[-2]


def _parted(block: list[str], number: int, is_first: bool) -> tuple[list[str], str]:
    """Part the lines above a time into the text of the cue before it and the identifier of its own cue.

    An identifier stands alone directly above the time; the number that follows on the last ``number`` is one anywhere.
    """
    last = next((index for index in range(len(block) - 1, -1, -1) if block[index]), -1)
    if last < 0:
        return [], ""
    alone = not block[last - 1] if last else is_first
    if (alone and last == len(block) - 1) or (_is_number(block[last]) and int(block[last]) == number + 1 > 0):
        return block[:last], block[last]
    return block, ""


def _is_number(identifier: str) -> bool:
    return identifier.isdecimal() and len(identifier) < 10


def _without_comments(content: Sequence[str]) -> list[str]:
    kept: list[str] = []
    is_comment = False
    for number, line in enumerate(content):
        if number == 0 or not content[number - 1]:
            is_comment = _COMMENT.match(line) is not None
        if not is_comment:
            kept.append(line)
    return kept


def _cue(draft: Draft, timing: str, identifier: str) -> Cue:
    match = _timing(timing)
    if not match:
        draft.skip(UNREADABLE_CUE)
        return Cue((), None, None, identifier)
    start, end = match["start"] or match["from"], match["end"] or match["to"]
    return Cue((), clock_seconds(start), clock_seconds(end), identifier)
