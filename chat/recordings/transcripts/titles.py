"""Title and date of a recording, from the path of its transcript: programs write both into the names of files."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePath
from typing import NamedTuple

from .clock import day

_ZOOM_FOLDER = re.compile(r"(\d{4}-\d\d-\d\d) \d\d\.\d\d\.\d\d (.+?)(?: \d{9,11})?")
_TEAMS = re.compile(r"(?P<title>.+?)-(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)_\d{6}(?:UTC)?(?:-.+)?")
"""``Pump review-20260304_163810-Meeting Recording``; the last words are in the language of the organiser."""
_DATED = re.compile(
    r"(?<!\d)(?:GMT)?(?P<year>(?:19|20)\d\d)(?P<separator>[-_./]?)(?P<month>\d\d)(?P=separator)(?P<day>\d\d)(?!\d)"
    r"(?:[ T_-]+(?:at )?\d\d[.:h_-]?\d\d(?:[.:_-]?\d\d)?(?:(?: ?[A-Z]{2,5})?(?:[+-]\d{1,2}(?:[:_]?\d\d)?)?)?"
    r"(?=[ _)-]|$)(?:-\d{1,2}$)?)?"
)
_DAY_FIRST = re.compile(r"(?<!\d)(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>20\d\d)(?!\d)")
_KIND = re.compile(
    r"(?:[ _]?[-–_.] ?|[ _])(?:meeting[ _]recording|meeting[ _]transcript|transcript|notes by gemini|chat)$"
    r"|_otter[_.]ai$|_recording(?:_\w+)?_\d{3,4}x\d{3,4}$",
    re.IGNORECASE,
)
_COPY = re.compile(r" ?\(\d{1,2}\)$")
_DOUBLE_SUFFIX = re.compile(r"\.(?:transcript|cc|mp3|opus|ogg|m4a|wav|mp4)$", re.IGNORECASE)
_LANGUAGE = re.compile(r"\.[a-z]{2}(?:-[A-Za-z]{2,8})?(?:-orig)?$")
_VIDEO = re.compile(r" \[[\w-]{11}\]$")
_EDGES = " _-–—,()[]"


class Meeting(NamedTuple):
    """The title and the date of a meeting, as far as they are known."""

    title: str
    recorded_on: date | None


def title_and_date_of(path: PurePath) -> Meeting:
    """Return title and date of a recording from the name of its file, or of the folder that Zoom made for it."""
    folder = _ZOOM_FOLDER.fullmatch(path.parent.name)
    if folder:
        return Meeting(folder[2], day(folder[1]))
    stem = _VIDEO.sub("", _LANGUAGE.sub("", _DOUBLE_SUFFIX.sub("", path.stem)))
    stem = _without_kind(stem)
    return meeting_of(stem)


def meeting_of(name: str) -> Meeting:
    """Return title and date from a name such as ``Pump review-20260304_163810-Meeting Recording``."""
    teams = _TEAMS.fullmatch(name)
    if teams and _day(teams):
        return Meeting(_in_words(teams["title"]), _day(teams))
    for pattern in (_DATED, _DAY_FIRST):
        dated = pattern.search(name)
        if dated and _day(dated):
            before = name[: dated.start()].rstrip(_EDGES)
            rest = _without_kind(f"{before} {name[dated.end() :].strip(_EDGES)}".strip())
            return Meeting(_in_words(rest) or name, _day(dated))
    return Meeting(_in_words(name) or name, None)


def _without_kind(stem: str) -> str:
    shorter = _KIND.sub("", _COPY.sub("", stem))
    return shorter or stem


def _day(dated: re.Match[str]) -> date | None:
    return day(f"{dated['year']}-{dated['month']}-{dated['day']}")


def _in_words(name: str) -> str:
    words = (name if " " in name else name.replace("-", " ")).replace("_", " ").strip()
    return words[:1].upper() + words[1:]
