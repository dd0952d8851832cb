"""Heads of turns in text: who speaks, from when, in every order in which people and programs write it.

``Ana Lima: …``, ``[00:05] Ana: …``, ``Ana (0:05): …``, ``Ana: [00:05] …``, ``[ANA 12:05] …``; and on a line of their
own ``Ana Lima  0:05``, ``0:05 - Ana Lima``, ``(Ana Lima)``, ``## Ana Lima``, ``### 00:10:00``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from .clock import CLOCK, clock_seconds
from .labels import Label, label_alone, label_of

_RANGE = rf"(?:{CLOCK})(?:\s*(?:-+>?|–|—|→|to)\s*(?:{CLOCK}))?"
_STAMP = re.compile(
    rf"(?<![\w:.,/])(?:\[\s*@?(?P<square>{_RANGE})\s*\]|\(\s*@?(?P<round>{_RANGE})\s*\)|@?(?P<bare>{_RANGE})(?!:\d|[\w/]|[.,]\d))"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\b\.?)?"
)
_TIMES = re.compile(CLOCK)
_SEPARATOR = re.compile(r"\s*(?:[-–—|·•:]+\s+)?")
_COLON = re.compile("[:：]")
_COLON_WITHIN = re.compile(r"[:：]\s")
_AFTER_NAME = " \t-–—|·•,:@"
_MARKUP = re.compile(r"[#*_\[\\>•-]")
_HEADING = re.compile(r"\A#{1,6}\s+")
_BULLET = re.compile(r"\A(?:[-*•>]\s+)+(?=\S)")
_BOLD = re.compile(r"(?P<mark>\*\*|__)(?P<inside>[^*_]{1,200}?)(?P=mark)")
_ITALIC = re.compile(r"(?P<mark>[*_])(?P<inside>[^*_]+)(?P=mark)")
_LINK = re.compile(r"\[(?P<text>[^\[\]]{1,200})\]\((?:https?:|mailto:)[^()\s]*\)")
_ESCAPE = re.compile(r"\\(?=[\[\]()*_#.>+-])")
_LONGEST_HEAD = 200


class Form(Enum):
    """Where the parts of a head stand."""

    NONE = "no head"
    LABEL = "Ana: text"
    ALONE = "(Ana), and other names on a line of their own"
    TIME = "0:05 on a line of its own"
    BEFORE = "0:05 text, or 0:05 Ana on a line of its own"
    BEFORE_LABEL = "0:05 Ana: text"
    AFTER = "Ana  0:05 on a line of its own"
    WITHIN = "Ana [0:05] text, or [Ana 0:05] text"
    BARE_WITHIN = "Ana: 0:05 text, which may be what Ana says"


@dataclass(slots=True)
class Line:
    """A line of text, and what its beginning may be: ``name`` and times are those of ``form``.

    ``label`` is the name before a colon, where the time may be part of what was said.
    """

    whole: str
    form: Form = Form.NONE
    name: str = ""
    text: str = ""
    start: float | None = None
    end: float | None = None
    label: Label | None = None
    is_bare: bool = False
    is_heading: bool = False
    is_parted: bool = False
    half: str = ""


def parsed(line: str) -> Line:
    """Return what the line may be; whether it is that, all lines together decide."""
    plain = without_markdown(line)
    is_heading = plain.is_name or _HEADING.match(line) is not None
    stamp = _STAMP.search(plain.text, 0, _LONGEST_HEAD)
    read = _stamped(plain.text, stamp) if stamp else None
    if not read:
        label = label_of(plain.text) or label_alone(plain.text)
        alone = label is not None and not label.text
        form = Form.NONE if not label else Form.ALONE if alone else Form.LABEL
        read = Line(plain.text, form, label.name if label else "", label.text if label else plain.text, label=label)
    read.is_heading = is_heading
    return read


@dataclass(frozen=True, slots=True)
class Plain:
    """A line without Markdown; ``is_name`` says that all of it was bold."""

    text: str
    is_name: bool = False


def without_markdown(line: str) -> Plain:
    """Return the line without the Markdown of its beginning; emphasis in what was said stays."""
    if not _MARKUP.search(line):
        return Plain(line)
    text = _ESCAPE.sub("", line)
    text = _BULLET.sub("", _HEADING.sub("", text, count=1), count=1) if text[:1] in "#->*•" else text
    text = _LINK.sub(r"\g<text>", text) if "](" in text else text
    italic = _ITALIC.fullmatch(text)
    if italic:
        return Plain(italic["inside"])
    bold = _BOLD.match(text)
    if not bold:
        return Plain(text)
    inside, rest = bold["inside"].strip(), text[bold.end() :]
    if not rest.strip():
        return Plain(inside, is_name=True)
    colon = "" if inside.endswith(":") or _begins_otherwise(rest) else ":"
    return Plain(f"{inside}{colon}{rest}")


def _begins_otherwise(rest: str) -> bool:
    return rest.lstrip()[:1] in ":[(-–—|@,·" or _STAMP.match(rest.lstrip()) is not None


def _stamped(line: str, stamp: re.Match[str]) -> Line | None:
    before, after = line[: stamp.start()], line[stamp.end() :]
    start, end = _seconds(stamp)
    read = Line(line, start=start, end=end, is_bare=bool(stamp["bare"]), half=(stamp["half"] or "").lower())
    if not before.strip():
        return _after_time(read, after[_end(_SEPARATOR, after) :])
    if before[0] in "[(" and stamp["bare"]:
        return _in_brackets(read, before, after)
    return _after_name(read, before, after)


def _seconds(stamp: re.Match[str]) -> tuple[float, float | None]:
    times = _TIMES.findall(stamp["square"] or stamp["round"] or stamp["bare"])
    return clock_seconds(times[0]), clock_seconds(times[1]) if len(times) > 1 else None


def _end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _after_time(read: Line, rest: str) -> Line:
    rest = without_markdown(rest).text
    label = label_of(rest) or label_alone(rest)
    if label:
        read.form, read.label, read.name, read.text = Form.BEFORE_LABEL, label, label.name, label.text
        read.whole = rest
    else:
        read.form, read.text = (Form.BEFORE if rest else Form.TIME), rest
    return read


def _in_brackets(read: Line, before: str, after: str) -> Line | None:
    """Read ``[Ana 12:05] …`` and ``[12:05 Ana] …``."""
    closing = after.find("]" if before[0] == "[" else ")", 0, _LONGEST_HEAD)
    if closing < 0:
        return None
    name = f"{before[1:]} {after[:closing]}".strip(_AFTER_NAME)
    text = after[closing + 1 :].lstrip(": \t-–—")
    read.form, read.name, read.text = (Form.WITHIN if text else Form.AFTER), name, text
    read.label, read.is_bare, read.is_parted = Label(name, text), False, True
    return read if name else None


def _after_name(read: Line, before: str, after: str) -> Line | None:
    """Read ``Ana 0:05``, ``Ana [0:05] …``, ``Ana: [0:05] …`` and ``Ana: 0:05 …``."""
    name = before.lstrip("->*• \t").rstrip(_AFTER_NAME)
    colon = label_of(read.whole) if _COLON.search(before) else None
    if not name or len(name) > 120 or _COLON_WITHIN.search(name):
        return None
    text = after.strip().lstrip(":-–—|\t ")
    parted = before.rstrip().endswith((":", "-", "–", "—", "|")) or before.endswith(("\t", "  ")) or after[:1] in ":\t"
    if not text:
        read.form = Form.AFTER
        read.is_bare = read.is_bare and not parted
    elif not read.is_bare:
        read.form = Form.WITHIN
        read.is_parted = before.rstrip().endswith(":") or after[:1] == ":"
    elif parted:
        read.form = Form.BARE_WITHIN
    else:
        return None
    read.name, read.text, read.label = name, text, colon
    return read
