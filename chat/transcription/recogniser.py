"""A program that runs faster-whisper on one file, and prints what it hears as lines of JSON.

``whisper.py`` starts it as a process of its own: its memory is given back, and a crash of it hurts nobody else. It
imports nothing of the site. The first line has the language and the length, each further one a segment; an error is a
line with its kind, and the rest of it goes to standard error.
"""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any


def main(model: str, folder: str, device: str, file: str) -> int:
    """Transcribe a file with a model, which is a size or a folder. ``folder`` is where models are kept."""
    step = "install"
    try:
        from faster_whisper import WhisperModel

        step = "load"
        recogniser = WhisperModel(model, device=device, compute_type="default", download_root=folder)
        step = "hear"
        segments, info = recogniser.transcribe(file, word_timestamps=True, vad_filter=True)
        _print({"language": info.language, "duration": info.duration})
        for segment in segments:  # each is computed when it is asked for
            _print(_segment(segment))
    except Exception:  # the library may raise anything; the parent turns the step into a sentence
        traceback.print_exc()
        _print({"failed": step})
        return 1
    return 0


def _segment(segment: Any) -> dict[str, Any]:  # of faster_whisper
    words = [{"word": word.word, "start": word.start, "end": word.end} for word in segment.words or ()]
    return {"start": segment.start, "end": segment.end, "text": segment.text, "words": words}


def _print(value: dict[str, Any]) -> None:
    print(json.dumps(value), flush=True)  # noqa: T201  # its output is what it is for


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
