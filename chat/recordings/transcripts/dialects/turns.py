"""JSON turns: a list of ``{"speaker": …, "content": …}``, by itself or inside an object, with or without times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any  # any JSON that a file contains

from ..clock import day, seconds
from ..draft import NOT_A_TURN, Draft, clip
from ..source import JSON_SUFFIXES, Source
from ..transcript import Transcript

TEXTS = ("content", "text", "transcript", "sentence", "utterance")
SPEAKERS = ("speaker", "speaker_name", "speaker_label", "name", "participant", "role")
STARTS = ("start", "start_time", "startTime", "timestamp", "time")
ENDS = ("end", "end_time", "endTime")
TITLES = ("title", "meeting_title", "name", "topic", "subject")
DATES = ("recorded_on", "date", "meeting_date", "start_time", "created_at")
_DEEPEST = 3
_TOPIC_LENGTH = 120


def recognises(source: Source) -> bool:
    """Return whether the JSON contains a list of objects with a text."""
    return source.suffix in JSON_SUFFIXES and bool(_turns(source.json))


def read(source: Source) -> Transcript:
    """Read the longest list of turns in the file."""
    draft = Draft()
    for turn in _turns(source.json):
        if not _is_turn(turn):
            draft.skip(NOT_A_TURN)
            continue
        draft.add(
            _first(turn, TEXTS),
            speaker=speaker_name(_first(turn, SPEAKERS)),
            start=seconds(_first(turn, STARTS)),
            end=seconds(_first(turn, ENDS)),
        )
    return draft.finish(title_in(source), recorded_on_in(source))


def speaker_name(value: object) -> str:
    """Return a name unchanged, and ``Speaker 0`` or ``Speaker A`` for a number or a letter."""
    if isinstance(value, dict):
        value = _first(value, ("name", "display_name", "id"))
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    name = str(value)[:200]
    return f"Speaker {name}" if len(name) == 1 or isinstance(value, int) else name


def title_in(source: Source) -> str:
    """Return the meeting's title or first topic from the JSON, else from the file's name; distinct within a file."""
    topic = _topic(source.json)
    if topic and source.number:
        return f"{clip(topic, _TOPIC_LENGTH)} ({source.title})"
    return topic or source.title


def recorded_on_in(source: Source) -> date | None:
    """Return the meeting's date from the JSON, else from the file's name."""
    dates = (day(source.json.get(key)) for key in DATES) if isinstance(source.json, dict) else ()
    return next((date for date in dates if date), source.recorded_on)


def _topic(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    titles = [value.get(key) for key in TITLES]
    topics = value.get("topic_list") or value.get("topics")
    if isinstance(topics, list) and topics:
        titles.append(topics[0].get("topic") if isinstance(topics[0], dict) else topics[0])
    return next((title.strip() for title in titles if isinstance(title, str) and title.strip()), "")


def _turns(value: Any) -> list[Any]:
    candidates = [items for items in _lists(value, _DEEPEST) if any(map(_is_turn, items))]
    return max(candidates, key=len, default=[])


def _lists(value: Any, depth: int) -> Iterator[list[Any]]:
    """Yield the lists that may contain turns: the value itself, or lists within nested objects."""
    if isinstance(value, list):
        yield value
    elif isinstance(value, dict) and depth:
        for inner in value.values():
            yield from _lists(inner, depth - 1)


def _is_turn(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(_first(value, TEXTS), str)


def _first(turn: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((turn[key] for key in keys if turn.get(key) is not None), None)
