"""YouTube's json3: events with segments of words, which yt-dlp saves as it is."""

from __future__ import annotations

from typing import Any  # any JSON that a file contains

from ..captions import Cue, lines_of
from ..clock import seconds
from ..cues import add_labelled
from ..draft import NOT_A_TURN, Draft
from ..rolling import said_once
from ..source import JSON_SUFFIXES, Source
from ..transcript import Transcript

_MILLISECOND = 0.001


def recognises(source: Source) -> bool:
    """Return whether the JSON has events, of which one has segments with ``utf8``."""
    return source.suffix in JSON_SUFFIXES and any(map(_texts, _events(source.json)))


def read(source: Source) -> Transcript:
    """Read each event as a cue. One that only breaks the line, or opens a window, has no words."""
    draft, cues = Draft(), []
    for event in _events(source.json):
        if not isinstance(event, dict):
            draft.skip(NOT_A_TURN)
            continue
        lines = lines_of("".join(_texts(event)))
        start, duration = (seconds(event.get(key), _MILLISECOND) for key in ("tStartMs", "dDurationMs"))
        end = start + duration if start is not None and duration is not None else None
        if lines:
            cues.append(Cue(lines, start, end))
    add_labelled(draft, said_once(cues))
    return draft.finish(source.title, source.recorded_on)


def _events(value: Any) -> list[Any]:
    events = value.get("events") if isinstance(value, dict) else None
    return events if isinstance(events, list) else []


def _texts(event: Any) -> list[str]:
    segments = event.get("segs") if isinstance(event, dict) else None
    texts = (segment.get("utf8") for segment in segments or [] if isinstance(segment, dict)) if segments else ()
    return [text for text in texts if isinstance(text, str)]
