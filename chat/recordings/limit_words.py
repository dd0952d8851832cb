"""What a question searches only, in words: ``Sales``, ``June–August 2026``, ``what Ana Lima said``."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Any

from ..display import shown


def limit_words(stored: Mapping[str, Any] | None, searched: int | None = None) -> list[str]:
    """Return the parts of what a turn has stored as its limits, in the order in which the page says them.

    With limits, ``searched`` recordings come first, if their number is known.
    """
    limits = stored or {}
    days = _days(limits)
    count = searched_words(searched) if limits else ""
    return [
        *([count] if count else []),
        *(shown(each["name"]) for each in limits.get("collections", ())),
        *([days] if days else []),
        *(f"what {shown(name)} said" for name in limits.get("speakers", ())),
    ]


def searched_words(count: int | None) -> str:
    """Return how many recordings were searched; empty if that is not known."""
    if count is None:
        return ""
    return f"{count:,} recording{'' if count == 1 else 's'}"


def _days(limits: Mapping[str, Any]) -> str:
    since, until = (date.fromisoformat(limits[name]) if name in limits else None for name in ("since", "until"))
    days = _between(since, until)
    if not limits.get("undated"):
        return days
    return f"{days} or without a date" if days else "without a date"


def _between(since: date | None, until: date | None) -> str:
    """Return a period; whole months by their names.

    >>> _between(date(2026, 6, 1), date(2026, 8, 31)), _between(date(2026, 6, 3), None)
    ('June–August 2026', 'since 3 Jun 2026')
    """
    if since and until:
        return _months(since, until) or f"{_day(since)} – {_day(until)}"
    if since:
        return f"since {_day(since)}"
    return f"until {_day(until)}" if until else ""


def _months(since: date, until: date) -> str:
    """Return whole months; empty if these are none."""
    if since.day != 1 or until.day != calendar.monthrange(until.year, until.month)[1]:
        return ""
    if since.year != until.year:
        return f"{since:%B %Y} – {until:%B %Y}"
    return f"{since:%B}–{until:%B %Y}" if since.month != until.month else f"{until:%B %Y}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
