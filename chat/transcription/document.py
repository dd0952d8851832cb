"""The document that a transcription becomes: verbose JSON as Whisper writes it, or text alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .heard import Said, Word
from .interface import Spoken, TranscriptionFailed

NO_SPEECH = "No speech was found in this recording."


def spoken(said: Sequence[Said], *, duration: float | None, language: str, notes: Sequence[str] = ()) -> Spoken:
    """Return the document of what was said, with times. Raise ``TranscriptionFailed`` if that is nothing."""
    said = [each for each in said if each.text.strip()]
    if not said:
        raise TranscriptionFailed(NO_SPEECH)
    document = {
        "task": "transcribe",
        "language": language,
        "duration": round(max(duration or 0.0, said[-1].end), 3),
        "text": " ".join(each.text.strip() for each in said),
        "segments": [{"id": number, **_segment(each)} for number, each in enumerate(said)],
    }
    return Spoken(json.dumps(document, ensure_ascii=False, indent=1) + "\n", ".json", language, tuple(notes))


def text_alone(lines: Sequence[str], notes: Sequence[str] = ()) -> Spoken:
    """Return the document of a text without times. Raise ``TranscriptionFailed`` if it is empty."""
    text = "\n".join(line.strip() for line in lines if line.strip())
    if not text:
        raise TranscriptionFailed(NO_SPEECH)
    return Spoken(text + "\n", ".txt", "", tuple(notes))


def _segment(said: Said) -> dict[str, Any]:  # JSON
    segment: dict[str, Any] = {"start": round(said.start, 3), "end": round(said.end, 3), "text": said.text.strip()}
    if said.speaker:
        segment["speaker"] = said.speaker
    if said.words:
        segment["words"] = [_word(word) for word in said.words]
    return segment


def _word(word: Word) -> dict[str, Any]:
    return {"word": word.text, "start": round(word.start, 3), "end": round(word.end, 3)}
