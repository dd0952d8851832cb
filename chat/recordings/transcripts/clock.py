"""Parsing of times and dates as people and programs write them."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime

CLOCK = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,6})?"
"""A regular expression for ``12:34``, ``1:02:03`` and ``00:01:02.500``."""

_CLOCK = re.compile(CLOCK)
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_ISO_DURATION = re.compile(r"PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?")
_UNIT = re.compile(r"(\d{1,12}(?:\.\d{1,9})?) ?s", re.IGNORECASE)
_EPOCH = 1e9
"""Seconds; a smaller number is no date: this one is of 2001."""
_EPOCH_IN_MILLISECONDS = 1e11
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}"
_DAY_IN_WORDS = re.compile(
    r"(?:[A-Za-z]{3,9},? )?"
    rf"(?:(?P<first>{_MONTH})\.? (?P<after>\d{{1,2}})|(?P<before>\d{{1,2}})\.? (?P<second>{_MONTH})\.?)"
    r",? (?P<year>\d{4})\b",
    re.IGNORECASE,
)


def seconds(value: object, unit: float = 1.0) -> float | None:
    """Return the seconds of a number in units of ``unit`` seconds, or of a text with its unit; None for None.

    Texts are clock times, ``1.5s`` and ISO 8601's ``PT1.5S``; an object of ``seconds`` and ``nanos`` is read, too.
    Return NaN for anything unreadable, so that ``Draft`` can count it.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _seconds_of_text(value.strip(), unit)
    if isinstance(value, dict) and value.keys() & {"seconds", "nanos"} and not isinstance(value.get("seconds"), dict):
        return (seconds(value.get("seconds") or 0) or 0) + (seconds(value.get("nanos") or 0, 1e-9) or 0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    return _number(value, unit)


def clock_seconds(clock: str) -> float:
    """Return the seconds of a time that matches ``CLOCK``."""
    total = 0.0
    for part in clock.strip().replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def day(value: object) -> date | None:
    """Return the date of a text that begins with one, or of Unix time since 2001; None for anything else.

    It may be ``2026-03-04``, ``Mar 4, 2026`` or ``4 March 2026``.
    """
    try:
        if isinstance(value, int | float) and value >= _EPOCH:
            return datetime.fromtimestamp(value / 1000 if value >= _EPOCH_IN_MILLISECONDS else value, UTC).date()
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return _day_in_words(value.strip()) if isinstance(value, str) else None


def _day_in_words(text: str) -> date | None:
    words = _DAY_IN_WORDS.match(text)
    if not words:
        return None
    month = _MONTHS.index((words["first"] or words["second"]).lower()[:3]) + 1
    try:
        return date(int(words["year"]), month, int(words["after"] or words["before"]))
    except ValueError:
        return None


def moment(value: object) -> datetime | None:
    """Return the date and time of an ISO 8601 text; None for anything else. One without a zone is taken as UTC."""
    if not isinstance(value, str) or not _ISO_TIME.match(value):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _seconds_of_text(text: str, unit: float) -> float:
    if _CLOCK.fullmatch(text):
        return clock_seconds(text)
    if (with_unit := _UNIT.fullmatch(text)) is not None:
        return float(with_unit[1])
    if (duration := _ISO_DURATION.fullmatch(text)) is not None:
        hours, minutes, rest = (float(part or 0) for part in duration.groups())
        return hours * 3600 + minutes * 60 + rest
    return _number(text, unit)


def _number(value: str | float, unit: float) -> float:
    try:
        return round(float(value) * unit, 6)
    except (ValueError, OverflowError):
        return math.nan
