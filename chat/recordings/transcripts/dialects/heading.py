"""Title and date of a recording inside its JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any  # any JSON that a file contains

from ..clock import day
from ..draft import clip
from ..source import Source

_TITLES = ("title", "meeting_title", "meetingTitle", "topic", "subject")
_FIRST_TITLES = ("title", "meeting_title", "meetingTitle", "name", "topic", "subject")
_DATES = ("recorded_on", "date", "meeting_date", "meetingDate", "dateString", "start_time", "startTime")
_IDENTIFIER = re.compile(r"\s*|[\d\W_]+|[\w.-]+/\S*|\{?[0-9a-fA-F]{8}-[0-9a-fA-F-]{9,}\}?")
"""What no person has called a meeting: blanks, digits, the path of a resource, a UUID."""
_TOPIC_LENGTH = 120
_DEEPEST = 3


def title_in(source: Source) -> str:
    """Return the meeting's title or first topic from the JSON, else from the file's name; distinct within a file."""
    topic = next((topic for value, depth in _objects(source.json) if (topic := _topic(value, depth))), "")
    if topic and source.number:
        return f"{clip(topic, _TOPIC_LENGTH)} ({source.title})"
    return topic or source.title


def recorded_on_in(source: Source) -> date | None:
    """Return the meeting's date from the JSON, else from the file's name."""
    for value, depth in _objects(source.json):
        for key in (*_DATES, "created_at") if depth == 0 else _DATES:
            found = day(value.get(key))
            if found:
                return found
    return source.recorded_on


def _objects(value: Any, depth: int = 0) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield the value, if it is an object, and then those inside it, but not those of lists."""
    if isinstance(value, list) and len(value) == 1 and depth == 0:
        value = value[0]
    level = [value] if isinstance(value, dict) else []
    while level and depth <= _DEEPEST:
        yield from ((inner, depth) for inner in level)
        level = [inner for outer in level for inner in outer.values() if isinstance(inner, dict)]
        depth += 1


def _topic(value: dict[str, Any], depth: int) -> str:
    titles = [value.get(key) for key in (_TITLES if depth else _FIRST_TITLES)]
    topics = value.get("topic_list") or value.get("topics")
    if isinstance(topics, list) and topics:
        titles.append(topics[0].get("topic") if isinstance(topics[0], dict) else topics[0])
    return next((title.strip() for title in titles if isinstance(title, str) and not _IDENTIFIER.fullmatch(title)), "")
