"""Plain text: ``Ana Lima: …``, with or without a time before or after the name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..clock import CLOCK, clock_seconds, day
from ..draft import HEADING, Draft
from ..labels import Label, label_of, speakers
from ..source import Source
from ..transcript import Transcript

_TIMED = re.compile(
    rf"(?:\[\s*(?P<in_brackets>{CLOCK})(?:\s*-+>?\s*(?P<until>{CLOCK}))?\s*\]|\((?P<in_parentheses>{CLOCK})\)"
    rf"|(?P<bare>{CLOCK})(?![\w:.,]))\s*[-–—]?\s*"
)
_TIME_AFTER_NAME = re.compile(rf"(?P<name>[^\[\]():]{{1,120}})[\[(](?P<clock>{CLOCK})[\])](?:\s*:(?P<text>.*))?")
_TITLES = frozenset({"title", "meeting", "topic"})
_DATES = frozenset({"date", "recorded on"})
_HEADINGS = frozenset({"agenda", "attendees", "duration", "language", "location", "participants", "speakers", "time"})
_FEWEST_TURNS = 0.1


@dataclass
class _Line:
    """A parsed line. A ``start`` without a name is a turn of an unknown speaker, or the time of the next line."""

    text: str
    name: str = ""
    start: float | None = None
    end: float | None = None


@dataclass
class _Turn:
    head: _Line
    texts: list[str] = field(default_factory=list)


def recognises(source: Source) -> bool:
    """Return whether enough lines begin with a speaker or a time. This dialect is the last resort for any text."""
    if source.suffix != ".txt":
        return False
    lines = _lines(source)
    beginnings = sum(bool(line.name or line.start is not None) for line in lines)
    return beginnings > 0 and beginnings >= _FEWEST_TURNS * len(lines)


def read(source: Source) -> Transcript:
    """Read the turns; a line without a speaker continues the turn before it."""
    draft, lines = Draft(), _lines(source)
    headings = _headings(lines)
    body = lines[len(headings) :]
    draft.skip(HEADING, len(headings))
    for turn in _turns(body):
        draft.add(
            "\n".join([turn.head.text, *turn.texts]), speaker=turn.head.name, start=turn.head.start, end=turn.head.end
        )
    title = _heading_text(headings, _TITLES) or source.title
    return draft.finish(title, day(_heading_text(headings, _DATES)) or source.recorded_on)


def _headings(lines: list[_Line]) -> list[_Line]:
    """Return the lines above the first speaker, such as title, date and participants."""
    count = 0
    while count < len(lines) and _is_heading(lines[count]):
        count += 1
    return lines[:count]


def _is_heading(line: _Line) -> bool:
    if line.start is not None:
        return False
    return not line.name or line.name.lower() in _TITLES | _DATES | _HEADINGS


def _heading_text(headings: list[_Line], names: frozenset[str]) -> str:
    return next((line.text for line in headings if line.name.lower() in names), "")


def _turns(lines: list[_Line]) -> Iterator[_Turn]:
    turn: _Turn | None = None
    for line in lines:
        if turn and not line.name and line.start is None:
            turn.texts.append(line.text)
            continue
        if turn and _is_time_of(turn, line):
            line.start, line.end = turn.head.start, turn.head.end
        elif turn:
            yield turn
        turn = _Turn(line)
    if turn:
        yield turn


def _is_time_of(turn: _Turn, line: _Line) -> bool:
    """Return whether the turn is only a time, on a line of its own, that belongs to the next line."""
    return not turn.head.name and not turn.head.text and not turn.texts and line.start is None


def _lines(source: Source) -> list[_Line]:
    lines = [_parsed(line) for line in source.lines if line]
    labels = [label_of(line.text) for line in lines]
    names = speakers(labels)
    for line, label in zip(lines, labels, strict=True):
        if not line.name and label and label.name in names:
            line.name, line.text = label
    return lines


def _parsed(line: str) -> _Line:
    named = _TIME_AFTER_NAME.fullmatch(line)
    if named and speakers([Label(named["name"].strip(), "")]):
        return _Line(named["text"] or "", named["name"].strip(), clock_seconds(named["clock"]))
    timed = _TIMED.match(line)
    if not timed:
        return _Line(line)
    start = timed["in_brackets"] or timed["in_parentheses"] or timed["bare"]
    end = clock_seconds(timed["until"]) if timed["until"] else None
    return _Line(line[timed.end() :], start=clock_seconds(start), end=end)
