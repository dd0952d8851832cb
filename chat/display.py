"""Times, durations and untrusted text as people see them."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from django.template.loader import get_template
from django.utils import timezone

_TAG_CHARACTERS = re.compile("[\U000e0000-\U000e007f]")
_HIDING = "\u115f\u1160\u202a-\u202e\u2060-\u206f\u3164\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
"""Characters that show nothing or turn text around, and that no script needs."""
_HIDDEN = re.compile(f"[{_HIDING}]")
_CONTROLS = re.compile(f"[\u00ad\u200b-\u200f\ufeff{_HIDING}]")


ZONE_LIMIT = 64
"""Characters of the name of a time zone."""


@cache
def icon(name: str) -> str:
    """Return the drawing of ``templates/icons`` with this name, as HTML; a template takes longer to include it."""
    return get_template(f"icons/{name}.svg").render()


def clock(seconds: float | None) -> str:
    """Return a position in a recording as ``m:ss`` or ``h:mm:ss``; empty when it is unknown."""
    if seconds is None:
        return ""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def duration(seconds: float | None) -> str:
    """Return a duration: ``48 s``, ``12 min``, ``1 h 05 min``; empty when it is unknown."""
    if seconds is None:
        return ""
    if round(seconds) < 60:
        return f"{round(seconds)} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def count(number: int) -> str:
    """Return a number as people read it: ``100,000``."""
    return f"{number:,}"


def day_group(moment: datetime, now: datetime | None = None) -> str:
    """Return the heading for a moment in a list: ``Today``, ``Yesterday``, ``Previous 7 days``, ``May 2026``.

    A long list reads the local time ``now`` only once.
    """
    day = timezone.localtime(moment).date()
    age = ((now or timezone.localtime()).date() - day).days
    if age <= 1:
        return "Yesterday" if age == 1 else "Today"
    return "Previous 7 days" if age <= 7 else f"{day:%B %Y}"


def day_and_time(moment: datetime) -> str:
    """Return a local moment: ``3 Feb 2026, 14:05``."""
    return f"{moment.day} {moment:%b %Y, %H:%M}"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago a moment was: ``now``, ``5min ago``, ``2h ago``, ``yesterday``, ``3d ago``, ``3 Feb 2026``.

    A page with a script says the same in the reader's language and time zone.
    """
    now = now or timezone.localtime()
    minutes = int((now - moment).total_seconds() // 60)
    day = timezone.localtime(moment).date()
    days = (now.date() - day).days
    if minutes < 60:
        return f"{minutes}min ago" if minutes >= 1 else "now"
    if days < 7:
        return (f"{minutes // 60}h ago", "yesterday", f"{days}d ago")[min(days, 2)]
    return f"{day.day} {day:%b}" if day.year == now.year else f"{day.day} {day:%b %Y}"


def shown(text: str) -> str:
    """Return untrusted text without U+E0000–E007F: invisible characters that can carry a message no reader sees."""
    return text if text.isascii() else _TAG_CHARACTERS.sub("", text)


def marked(text: str) -> str:
    """Return untrusted text for reviewers, with invisible and direction-changing characters written as ``⟨U+202E⟩``."""
    return _CONTROLS.sub(_code, text)


def revealed(text: str) -> str:
    """Return text like ``marked``, but with the joiners and blanks without width that some scripts and emoji need."""
    return _HIDDEN.sub(_code, text)


def _code(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match[0]):04X}⟩"


def zone_of(name: str) -> ZoneInfo | None:
    """Return the time zone of this name, such as ``Europe/Berlin``; None if there is none."""
    return _zone(name) if 0 < len(name) <= ZONE_LIMIT else None


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError):  # no name of a zone; none of the machine's; a folder of them
        return None
