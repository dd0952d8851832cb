"""SubStation Alpha (``.ass``, ``.ssa``): events with times, the name of an actor and text with overrides in braces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..captions import Cue, lines_of
from ..clock import seconds
from ..cues import Part, add_labelled, add_parts
from ..draft import STRAY_TEXT, Draft
from ..source import SUBSTATION_SUFFIXES, Source
from ..transcript import Transcript, Unreadable

_FIELDS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_OVERRIDE = re.compile(r"\{[^{}]*\}")
_DRAWING = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}")
_BREAK = re.compile(r"\\[Nn]")


def recognises(source: Source) -> bool:
    """Return whether the text begins with the section of this format."""
    return source.suffix in SUBSTATION_SUFFIXES or source.text[:40].lower().startswith("[script info]")


def read(source: Source) -> Transcript:
    """Read the events in the order of their times; an event that draws, or is a comment, is not speech."""
    draft = Draft()
    events = list(_events(draft, source))
    if not events:
        raise Unreadable("not SubStation Alpha: it has no line that begins with Dialogue:")
    events.sort(key=lambda event: seconds(event["start"]) or 0.0)
    cues = [_cue(event) for event in events]
    if any(event["name"] for event in events):
        parts = [
            Part(event["name"] or None, "\n".join(cue.lines), cue.start, cue.end)
            for event, cue in zip(events, cues, strict=True)
        ]
        add_parts(draft, parts)
    else:
        add_labelled(draft, cues)
    return draft.finish(source.title, source.recorded_on)


def _events(draft: Draft, source: Source) -> Iterator[Mapping[str, str]]:
    fields: tuple[str, ...] = _FIELDS
    section = ""
    for line in source.lines:
        kind, _, rest = line.partition(":")
        if line.startswith("["):
            section = line.lower()
        elif kind == "Format" and section == "[events]":
            fields = tuple(field.strip().lower().replace("actor", "name") for field in rest.split(","))
        elif kind == "Dialogue":
            values = rest.strip().split(",", len(fields) - 1)
            event = {"start": "", "end": "", "name": "", "text": ""} | dict(
                zip(fields, map(str.strip, values), strict=False)
            )
            if _DRAWING.search(event["text"]):
                draft.skip(STRAY_TEXT)
            else:
                yield event
        elif kind == "Comment":
            draft.skip(STRAY_TEXT)


def _cue(event: Mapping[str, str]) -> Cue:
    text = _BREAK.sub("\n", _OVERRIDE.sub("", event["text"])).replace(r"\h", " ")
    return Cue(lines_of(text), seconds(event["start"]), seconds(event["end"]))
