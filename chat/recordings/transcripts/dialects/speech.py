"""JSON of speech recognisers: Whisper and its relatives, and services that distinguish speakers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any  # any JSON that a file contains

from ..clock import seconds
from ..draft import NOT_A_TURN, Draft
from ..source import JSON_SUFFIXES, Source
from ..transcript import Transcript
from .turns import recorded_on_in, speaker_name, title_in


@dataclass(frozen=True)
class Shape:
    """The JSON of a recogniser: the path to its segments, the keys of their parts, and its unit of time in seconds."""

    segments: tuple[str, ...]
    text: str = "text"
    speaker: str = "speaker"
    start: tuple[str, ...] = ("start",)
    end: tuple[str, ...] = ("end",)
    unit: float = 1.0


MILLISECOND = 0.001
SHAPES = {
    "whisper.cpp": Shape(("transcription",), start=("offsets", "from"), end=("offsets", "to"), unit=MILLISECOND),
    "Deepgram": Shape(("results", "utterances"), text="transcript"),
    "Amazon Transcribe": Shape(
        ("results", "audio_segments"), "transcript", "speaker_label", start=("start_time",), end=("end_time",)
    ),
    "AssemblyAI": Shape(("utterances",), unit=MILLISECOND),
    "pyannoteAI": Shape(("output", "turnLevelTranscription")),
    "pyannoteAI, output alone": Shape(("turnLevelTranscription",)),
    "Whisper, faster-whisper, WhisperX, OpenAI diarized_json": Shape(("segments",)),
}


def recognises(source: Source) -> bool:
    """Return whether there is a list of segments where one of the known recognisers has it."""
    return source.suffix in JSON_SUFFIXES and any(_fits(shape, source.json) for shape in SHAPES.values())


def read(source: Source) -> Transcript:
    """Read each recognised segment as one utterance."""
    draft = Draft()
    shape = next(shape for shape in SHAPES.values() if _fits(shape, source.json))
    for segment in _at(source.json, shape.segments):
        text = _at(segment, (shape.text,))
        if isinstance(text, str):
            start, end = (seconds(_at(segment, keys), shape.unit) for keys in (shape.start, shape.end))
            draft.add(text, speaker=speaker_name(segment.get(shape.speaker)), start=start, end=end)
        else:
            draft.skip(NOT_A_TURN)
    return draft.finish(title_in(source), recorded_on_in(source))


def _fits(shape: Shape, value: Any) -> bool:
    segments = _at(value, shape.segments)
    if not isinstance(segments, list):
        return False
    first = next((segment for segment in segments if isinstance(_at(segment, (shape.text,)), str)), None)
    # Milliseconds are whole numbers: a fraction means that another program uses the same key for seconds.
    return first is not None and not (shape.unit == MILLISECOND and isinstance(_at(first, shape.start), float))


def _at(value: Any, keys: tuple[str, ...]) -> Any:
    """Return the value at the path of keys, or None."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
