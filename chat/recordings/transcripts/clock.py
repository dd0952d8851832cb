"""Parsing of times and dates as people and programs write them."""

from __future__ import annotations

import math
import re
from datetime import date

CLOCK = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,6})?"
"""A regular expression for ``12:34``, ``1:02:03`` and ``00:01:02.500``."""

_CLOCK = re.compile(CLOCK)


def seconds(value: object, unit: float = 1.0) -> float | None:
    """Return the seconds of a number in units of ``unit`` seconds, or of a clock time; None for None.

    Return NaN for anything unreadable, so that ``Draft`` can count it.
    """
    if value is None:
        return None
    if isinstance(value, str) and _CLOCK.fullmatch(value.strip()):
        return clock_seconds(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value) * unit
    except (ValueError, OverflowError):
        return math.nan


def clock_seconds(clock: str) -> float:
    """Return the seconds of a time that matches ``CLOCK``."""
    total = 0.0
    for part in clock.strip().replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def day(value: object) -> date | None:
    """Return the date of a text that begins with an ISO date; None for anything else."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
