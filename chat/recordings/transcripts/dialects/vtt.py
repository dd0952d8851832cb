"""WebVTT: ``<v Ana Lima>…``, as Teams writes it, or ``Ana Lima: …``, as Zoom does."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import webvtt
from webvtt.errors import MalformedFileError
from webvtt.models import Timestamp

from ..cues import Cue, add_labelled
from ..draft import STRAY_TEXT, UNREADABLE_CUE, Draft
from ..source import Source
from ..transcript import Transcript, Unreadable
from . import graph

_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s([^<>]*))?>")
_TAG = re.compile(r"</?(?:c|i|b|u|v|lang|ruby|rt)(?:[.\s][^<>]*)?>|<\d[\d:.]*>")
_NOT_CUES = frozenset({"WEBVTT", "NOTE", "STYLE", "REGION"})


def recognises(source: Source) -> bool:
    """Return whether the file is named .vtt, or begins with WEBVTT."""
    return source.suffix == ".vtt" or source.text.startswith("WEBVTT")


def read(source: Source) -> Transcript:
    """Read WebVTT, and count the cues that the parser drops."""
    try:
        captions = webvtt.from_string("\n".join(source.lines)).captions
    except MalformedFileError:
        raise Unreadable("not WebVTT: it must begin with the line WEBVTT") from None
    draft = Draft()
    _count_lost(draft, source, len(captions))
    cues = [Cue(caption.lines, _seconds(caption.start_time), _seconds(caption.end_time)) for caption in captions]
    if graph.recognises(cues):
        graph.add(draft, cues)
    elif any(_VOICE.search(line) for cue in cues for line in cue.lines):
        _add_voices(draft, cues)
    else:
        add_labelled(draft, [Cue([_plain(line) for line in cue.lines], cue.start, cue.end) for cue in cues])
    return draft.finish(source.title, source.recorded_on)


def _seconds(timestamp: Timestamp) -> float:
    return timestamp.in_milliseconds() / 1000


def _add_voices(draft: Draft, cues: list[Cue]) -> None:
    for cue in cues:
        for speaker, text in _voices("\n".join(cue.lines)):
            draft.add(text, speaker=speaker, start=cue.start, end=cue.end)


def _voices(text: str) -> Iterator[tuple[str, str]]:
    """Yield speaker and text of each voice in a cue; text before the first voice has no speaker."""
    unvoiced, *voices = _VOICE.split(text)
    if not voices or _plain(unvoiced).strip():
        yield "", _plain(unvoiced)
    for speaker, spoken in zip(voices[::2], voices[1::2], strict=True):
        yield html.unescape(speaker or ""), _plain(spoken)


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text))


def _count_lost(draft: Draft, source: Source, kept: int) -> None:
    """Count cues with an unreadable time and blocks without a time, which the parser drops silently."""
    timings = sum("-->" in line and not line.startswith("NOTE") for line in source.lines)
    draft.skip(UNREADABLE_CUE, timings - kept)
    draft.skip(STRAY_TEXT, sum(_is_stray(block) for block in _blocks(source.lines)))


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in [*lines, ""]:
        if line:
            block.append(line)
        elif block:
            yield block
            block = []


def _is_stray(block: list[str]) -> bool:
    return block[0].split()[0] not in _NOT_CUES and not any("-->" in line for line in block)
