"""A source as HTML: an answer has several, for which the engine takes several times as long as all else of its end."""

from __future__ import annotations

from django.utils.safestring import SafeString

from ..display import clock, shown
from ..models import UNHEARD_SOURCE
from .filled import Value, filled
from .sources import Source, Timeline


def source_html(source: Source, turn_uuid: str) -> SafeString:
    """Return a source of the answer of a turn, with the words marked that the answer uses."""
    citation = source.citation
    values: dict[str, Value] = {"turn": turn_uuid, "number": str(citation.number)}
    if not citation.is_heard:
        return filled("chat/_source.html", values | {"unheard": UNHEARD_SOURCE})
    values |= {
        "speaker": shown(citation.speaker),
        "time": source.time,
        "is_quoted": source.is_quoted,
        "excerpt": source.excerpt,
    }
    return filled("chat/_source.html", values | _moment(source) | _recording(source))


def timeline_html(timeline: Timeline) -> SafeString:
    """Return the line of a recording with the place of a moment on it."""
    return filled("chat/_timeline.html", _line(timeline))


def _moment(source: Source) -> dict[str, Value]:
    """Return what plays the source, and where in the recording it lies."""
    citation, timeline = source.citation, source.timeline
    line = _line(timeline) | {"whole": clock(timeline.duration)} if timeline else {}
    if not source.audio:
        return line
    end = "" if citation.end is None else str(citation.end)
    return line | {"audio": source.audio, "start": str(citation.start), "end": end, "moment": source.moment}


def _line(timeline: Timeline) -> dict[str, Value]:
    return {
        "ticks": "".join(f"M{tick} 13V9" for tick in timeline.ticks),
        "at": str(timeline.at),
        "length": str(timeline.length),
        "duration": str(timeline.duration),
    }


def _recording(source: Source) -> dict[str, Value]:
    recording = source.citation.recording
    title: dict[str, Value] = {"title": shown(source.citation.recording_title), "address": source.address}
    if recording is None or recording.recorded_on is None:
        return title
    day = recording.recorded_on
    return title | {"day": day.isoformat(), "day_shown": f"{day.day} {day:%b %Y}"}
