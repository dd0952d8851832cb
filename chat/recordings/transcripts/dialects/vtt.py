"""WebVTT: ``<v Ana Lima>…``, as Teams writes it, or ``Ana Lima: …``, as Zoom does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..captions import Cue, cues_of, has_timing, lines_of, unescaped
from ..cues import Part, add_labelled, add_parts
from ..draft import Draft
from ..rolling import said_once
from ..source import Source
from ..transcript import Transcript, Unreadable
from . import graph

_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s([^<>]*))?>")
_TAG = re.compile(r"</?(?:(?:c|i|b|u|ruby|rt)(?:\.[^\s<>]*)?|(?:v|lang|font)(?:[.\s][^<>]*)?)>|<\d[\d:.]*>")


def recognises(source: Source) -> bool:
    """Return whether the text begins with WEBVTT, or at least the file's name ends in .vtt and it has no cues."""
    return source.text.startswith("WEBVTT") or (source.suffix == ".vtt" and not has_timing(source.lines))


def read(source: Source) -> Transcript:
    """Read WebVTT; an unreadable time costs a cue its place, not its text."""
    if not source.text.startswith("WEBVTT"):
        raise Unreadable("not WebVTT: it has no line with a time, such as 00:01.000 --> 00:04.000")
    draft = Draft()
    cues = list(cues_of(draft, _without_header(source.lines), comments=True))
    if graph.recognises(cues):
        graph.add(draft, cues)
    elif any(_VOICE.search(line) for cue in cues for line in cue.lines):
        add_parts(draft, [part for cue in cues for part in _voices(cue)])
    else:
        add_labelled(draft, said_once([replace(cue, lines=_plain_lines(cue.lines)) for cue in cues]))
    return draft.finish(source.title, source.recorded_on)


def _without_header(lines: Sequence[str]) -> Sequence[str]:
    return lines[next((number for number, line in enumerate(lines) if not line or has_timing([line])), len(lines)) :]


def _voices(cue: Cue) -> Iterator[Part]:
    """Yield what each voice of a cue says; text before the first voice has no name."""
    unvoiced, *voices = _VOICE.split("\n".join(cue.lines))
    if not voices or _plain(unvoiced).strip():
        yield Part(None, _plain(unvoiced), cue.start, cue.end)
    for speaker, spoken in zip(voices[::2], voices[1::2], strict=True):
        yield Part(unescaped(speaker or ""), _plain(spoken), cue.start, cue.end)


def _plain_lines(lines: Sequence[str]) -> list[str]:
    """Return the lines without markup, and without those of which nothing is left."""
    return lines_of(_plain("\n".join(lines)))


def _plain(text: str) -> str:
    return unescaped(_TAG.sub("", text))
