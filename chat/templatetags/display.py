"""How times, lengths and foreign text are shown: ``{% load display %}``."""

from __future__ import annotations

import re
from datetime import datetime

from django import template
from django.utils import timezone

from chat import markdown
from chat.passages import clock as _clock

register = template.Library()

_CONTROLS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


@register.filter
def clock(seconds: float | None) -> str:
    """A place in a recording, ``m:ss`` or ``h:mm:ss``; empty when it is not known."""
    return "" if seconds is None else _clock(seconds)


@register.filter
def duration(seconds: float | None) -> str:
    """A length to read: ``48 s``, ``12 min``, ``1 h 05 min``; empty when it is not known."""
    if seconds is None:
        return ""
    if round(seconds) < 60:
        return f"{round(seconds)} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


@register.filter
def day_group(moment: datetime) -> str:
    """The part of a list, the newest first, that a moment belongs to: ``Today``, ``Yesterday``, … ``May 2026``."""
    day = timezone.localtime(moment).date()
    age = (timezone.localdate() - day).days
    if age <= 1:
        return "Yesterday" if age == 1 else "Today"
    return "Previous 7 days" if age <= 7 else f"{day:%B %Y}"


@register.filter
def shown(text: str) -> str:
    """Foreign text for the page: without the characters that no reader can see and a machine can read."""
    return markdown.without_tags(text)


@register.filter
def marked(text: str) -> str:
    """Foreign text for the review: characters that are invisible, or that turn the writing round, as ``⟨U+202E⟩``."""
    return _CONTROLS.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)
