"""Which lines of a text begin a turn: what one line may be, all lines together decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise

from .cues import are_labels, is_line_name
from .heads import Form, Line
from .labels import Label, is_name, speakers

_TIMES_OF_DAY = 24 * 3600
_MOST_OF = 0.8
_FEWEST_TIMED = 0.25
_MORE_THAN_TIMES_IN_SPEECH = 1 / 3
_SHORT_NAME = 3


def decide(lines: Sequence[Line]) -> None:
    """Set the forms of the lines to what they are; a line that is no head becomes ``Form.NONE`` with its whole text."""
    names = _names(lines)
    _decide_bare_times(lines, names)
    _decide_times_within(lines)
    for line in lines:
        if line.form in (Form.LABEL, Form.ALONE, Form.BEFORE_LABEL) and line.name not in names:
            _take_name_back(line)
        elif line.form in (Form.AFTER, Form.WITHIN, Form.BARE_WITHIN) and not _is_certain(line, names):
            _fall_back(line, names)
    _name_lines_with_time(lines)
    _name_lines_beside_times(lines)
    _name_headings(lines)
    _since_the_first(lines)


def _names(lines: Sequence[Line]) -> Collection[str]:
    heads = [Label(line.name, "") if line.name else line.label for line in lines if line.form != Form.TIME]
    names = speakers(heads, heads)
    timed = [line for line in lines if line.form in (Form.BEFORE, Form.BEFORE_LABEL)]
    labels = [line.name for line in timed if line.form == Form.BEFORE_LABEL and line.name in names]
    return names if are_labels(labels, len(timed)) else set(names) - set(labels)


def _decide_bare_times(lines: Sequence[Line], names: Collection[str]) -> None:
    """Keep a time without brackets only if that is how the file is written; otherwise somebody says it."""
    labelled = [line for line in lines if line.label and line.label.name in names]
    within = [line for line in lines if line.form == Form.BARE_WITHIN]
    if within and (len(within) < 2 or len(within) < _MOST_OF * len(labelled)):
        for line in within:
            _fall_back(line, names)
    before = [line for line in lines if line.form == Form.BEFORE and line.is_bare]
    named = sum(line.name in names for line in lines if line.form in (Form.LABEL, Form.AFTER, Form.WITHIN))
    timed = sum(line.form in (Form.BEFORE, Form.BEFORE_LABEL, Form.TIME) for line in lines)
    if 0 < len(before) <= _MORE_THAN_TIMES_IN_SPEECH * named or timed < _fewest_timed(len(lines) - named):
        for line in before:
            _say(line)


def _decide_times_within(lines: Sequence[Line]) -> None:
    """Keep ``Ana (0:05) text`` without a colon only if most heads are like that; otherwise somebody says the time."""
    within = [line for line in lines if line.form == Form.WITHIN and not line.is_parted]
    others = sum(line.form not in (Form.NONE, Form.WITHIN, Form.BARE_WITHIN) for line in lines)
    if len(within) <= others:
        for line in within:
            line.form = Form.LABEL if line.label else Form.NONE
            line.name, line.text = line.label or ("", line.whole)
            line.start = line.end = None


def _fewest_timed(lines: int) -> float:
    return max(min(2, lines), _FEWEST_TIMED * lines)


def _is_certain(line: Line, names: Collection[str]) -> bool:
    return line.name in names or (
        line.form == Form.AFTER and not line.is_bare and len(line.name.split()) <= _SHORT_NAME
    )


def _take_name_back(line: Line) -> None:
    if line.form == Form.BEFORE_LABEL:
        line.form, line.name, line.text = Form.BEFORE, "", line.whole
    else:
        _say(line)


def _fall_back(line: Line, names: Collection[str]) -> None:
    if line.label and line.label.name in names:
        line.form, line.start, line.end = Form.LABEL, None, None
        line.name, line.text = line.label
    else:
        _say(line)


def _say(line: Line) -> None:
    line.form, line.name, line.text, line.start, line.end = Form.NONE, "", line.whole, None, None


def _name_lines_with_time(lines: Sequence[Line]) -> None:
    """Read ``0:12 - Bob Ray`` as a head if nearly all lines with only a time are like that, with text below them."""
    timed = [(line, after) for line, after in pairwise([*lines, Line("")]) if line.form == Form.BEFORE]
    short = [line for line, after in timed if _may_be_line_name(line.text) and after.form == Form.NONE and after.whole]
    if not short or len(short) < _MOST_OF * len(timed) or sum(map(_is_line_name, short)) * 2 < len(short):
        return
    for line in short:
        line.form, line.name, line.text = Form.AFTER, line.text.rstrip(":"), ""


def _name_lines_beside_times(lines: Sequence[Line]) -> None:
    """Read a name on the line after nearly every time, or before it, as the name of that turn."""
    times = [number for number, line in enumerate(lines) if line.form == Form.TIME]
    for step in (1, -1):
        places = [number + step for number in times if 0 <= number + step < len(lines)]
        found = [lines[place] for place in places if _is_line_name(lines[place]) and lines[place].form == Form.NONE]
        repeat = len({line.text for line in found}) < len(found)
        if len(found) > 1 and len(found) >= _MOST_OF * len(times) and (repeat or len(found) < 4):
            for line in found:
                line.form, line.name, line.text = Form.ALONE, line.text, ""
            return


def _name_headings(lines: Sequence[Line]) -> None:
    """Read headings and bold lines as names if a name comes back."""
    headings = [line for line in lines if line.is_heading and line.form == Form.NONE and _is_line_name(line)]
    counts = Counter(line.text for line in headings)
    for line in headings:
        if counts[line.text] > 1 or (len(counts) < len(headings) and len(line.text.split()) > 1):
            line.form, line.name, line.text = Form.ALONE, line.text, ""


def _is_line_name(line: Line) -> bool:
    return bool(line.text) and is_line_name(line.text.rstrip(":"))


def _may_be_line_name(text: str) -> bool:
    name = text.rstrip(":")
    return (is_name(name) and is_line_name(name)) or (len(text.split()) <= _SHORT_NAME and text[-1:] not in ".?!…,;")


def _since_the_first(lines: Sequence[Line]) -> None:
    """Count from the first time if the times are those of a day: ``10:05 AM``."""
    timed = [line for line in lines if line.start is not None and line.form != Form.NONE]
    if not any(line.half for line in timed):
        return
    first = _second_of_day(timed[0])
    for line in timed:
        line.start, line.end = (_second_of_day(line) - first) % _TIMES_OF_DAY, None


def _second_of_day(line: Line) -> float:
    clock = line.start or 0.0
    clock = clock * 60 if clock < 3600 and line.half else clock  # 10:05 AM has hours and minutes
    return clock % (12 * 3600) + (12 * 3600 if line.half == "p" else 0) if line.half else clock
