"""Text and Markdown, also of Word documents: names and times in any of the orders of ``heads``.

Text without any of them, as Whisper writes it, is read line by line, and that is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ..clock import day
from ..cues import Part, add_parts
from ..draft import HEADING, REMARK, UNLABELLED, Draft
from ..head_styles import decide
from ..heads import Form, Line, parsed
from ..remarks import is_remark
from ..source import PLAIN_SUFFIXES, Source
from ..titles import Meeting, meeting_of
from ..transcript import Transcript

_TITLES = frozenset({"title", "meeting", "topic", "meeting title"})
_DATES = frozenset({"date", "recorded on", "meeting date"})
_HEADINGS = frozenset(
    {"agenda", "attendees", "duration", "invited", "language", "location", "meeting participants", "participants"}
    | {"speakers", "time", "recording"}
)
_TRANSCRIPT_OF = re.compile(r" [-–] transcript$", re.IGNORECASE)
_FEWEST_TURNS = 0.1
_LABELLED_SHARE = 1 / 3
_FEWEST_LETTERS = 0.6


@dataclass
class _Turn:
    name: str | None
    start: float | None = None
    end: float | None = None
    texts: list[str] = field(default_factory=list)


def recognises(source: Source) -> bool:
    """Return whether enough lines begin with a speaker or a time, or it is text of another kind that is speech."""
    if source.suffix not in PLAIN_SUFFIXES:
        return False
    return _has_turns(_lines(source)) or _is_speech(source)


def read(source: Source) -> Transcript:
    """Read the turns; a line without a speaker continues the turn before it."""
    draft, lines = Draft(), _lines(source)
    draft.skip(REMARK, sum(bool(line) for line in source.lines) - len(lines))
    if not _has_turns(lines):
        return _unlabelled(draft, source, lines)
    headings = _headings(lines)
    draft.skip(HEADING, len(headings))
    add_parts(draft, [_part(turn) for turn in _turns(lines[len(headings) :])])
    title, recorded_on = _meeting(headings)
    return draft.finish(title or source.title, recorded_on or source.recorded_on)


@lru_cache(maxsize=1)  # to recognise a source is most of the work of reading it
def _lines(source: Source) -> list[Line]:
    spoken = [line for line in source.lines if line]
    lines = [line for line in map(parsed, spoken) if not is_remark(line.whole)]
    decide(lines)
    return lines


def _has_turns(lines: Sequence[Line]) -> bool:
    """Return whether enough lines are heads. A few labels, none of which comes back, are part of the text."""
    heads = [line for line in lines if line.form != Form.NONE and line.name.lower() not in _TITLES | _DATES | _HEADINGS]
    labels = [line.name for line in heads if line.form == Form.LABEL]
    if len(labels) == len(heads) < _LABELLED_SHARE * len(lines) and len(set(labels)) == len(labels):
        return False
    return len(heads) > 0 and len(heads) >= _FEWEST_TURNS * len(lines)


def _is_speech(source: Source) -> bool:
    """Return whether a text file has sentences: lines of letters."""
    letters = sum(mark.isalpha() or mark.isspace() for mark in source.text)
    return source.suffix == ".txt" and letters >= _FEWEST_LETTERS * len(source.text)


def _unlabelled(draft: Draft, source: Source, lines: Sequence[Line]) -> Transcript:
    for line in lines:
        draft.add(line.whole)
    draft.skip(UNLABELLED, len(lines))
    return draft.finish(source.title, source.recorded_on)


def _headings(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines above the first speaker, such as title, date and participants."""
    for number, line in enumerate(lines):
        if line.form != Form.NONE and line.name.lower() not in _TITLES | _DATES | _HEADINGS:
            return lines[:number]
    return lines


def _meeting(headings: Sequence[Line]) -> Meeting:
    """Return what the headings say of the meeting; the name of the file says the rest."""
    texts = [line.whole for line in headings]
    title = _labelled(headings, _TITLES) or next((text for text in texts if _TRANSCRIPT_OF.search(text)), "")
    names = [meeting_of(text) for text in texts[:2]]
    named = next((name for name in names if name.recorded_on and name.title), Meeting("", None))
    days = [day(_labelled(headings, _DATES)), *map(day, texts), named.recorded_on]
    return Meeting(_TRANSCRIPT_OF.sub("", title) or named.title, next((day for day in days if day), None))


def _labelled(headings: Sequence[Line], names: frozenset[str]) -> str:
    return next((line.text for line in headings if line.name.lower() in names), "")


def _turns(lines: Sequence[Line]) -> Iterator[_Turn]:
    turn: _Turn | None = None
    for line in lines:
        if turn and line.form == Form.NONE:
            turn.texts.append(line.text)
            continue
        is_time_of_line = turn and turn.name is None and not turn.texts and line.start is None
        is_time_of_turn = turn and turn.name and not turn.texts and line.form == Form.TIME and turn.start is None
        if turn and is_time_of_turn:
            turn.start, turn.end = line.start, line.end
            continue
        following = _Turn(line.name or None, line.start, line.end, [line.text] if line.text else [])
        if turn and is_time_of_line:
            following.start, following.end = turn.start, turn.end
        elif turn:
            yield turn
        turn = following
    if turn:
        yield turn


def _part(turn: _Turn) -> Part:
    return Part(turn.name, "\n".join(turn.texts), turn.start, turn.end)
