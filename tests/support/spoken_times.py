"""A recording of which it is known when each word is said, and a sound that tells at each moment what time it is."""

from __future__ import annotations

import io
import json
import math
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RATE = 16_000
LOWEST, RISE = 500.0, 250.0
"""The tone in hertz at the beginning, and by how much it rises in a second."""

Line = tuple[str, float, str]

SAID: list[Line] = [
    ("Mara Quist", 1.0, "Good morning, let us begin with the list."),
    ("Tom Reed", 5.0, "There is one thing before the budget."),
    ("Mara Quist", 9.0, "As you all know by now the blue pump leaks at the gate since Monday evening."),
    ("Tom Reed", 17.0, "Yes. We tried the old key and nobody has a spare key for the house any more."),
    ("Mara Quist", 25.0, "Then we order a new one."),
]
PACE = 0.4
"""Seconds from one word to the next; each takes three quarters of that."""


def words_of(start: float, text: str) -> list[dict[str, Any]]:
    """Return the words of a text with their times, as transcribers write them."""
    times = ((word, start + PACE * at) for at, word in enumerate(text.split()))
    return [{"word": word, "start": round(at, 3), "end": round(at + PACE * 0.75, 3)} for word, at in times]


def time_of(quote: str) -> tuple[float, float]:
    """Return when the first of these words begins and the last one ends, in seconds."""
    start, text = next((start, text) for _, start, text in SAID if quote in text)
    first = len(text[: text.index(quote)].split())
    words = words_of(start, text)[first : first + len(quote.split())]
    return words[0]["start"], words[-1]["end"]


def transcript(said: Sequence[Line] = SAID, *, with_words: bool = True) -> str:
    """Return the transcript as WhisperX writes it, with or without the times of words."""
    segments = []
    for speaker, start, text in said:
        words = words_of(start, text)
        segment = {"start": start, "end": words[-1]["end"], "text": text, "speaker": speaker}
        segments.append(segment | ({"words": words} if with_words else {}))
    return json.dumps({"segments": segments})


def recognised(said: Sequence[Line]) -> dict[str, Any]:
    """Return what a transcription server says, as ``verbose_json``: no names, and the words beside the segments."""
    each = [(start, text, words_of(start, text)) for _, start, text in said]
    segments = [{"start": start, "end": words[-1]["end"], "text": text} for start, text, words in each]
    words = [word for _, _, words in each for word in words]
    text = " ".join(text for _, text, _ in each)
    return {"task": "transcribe", "language": "english", "text": text, "segments": segments, "words": words}


def rising_tone(seconds: int) -> bytes:
    """Return a WAV file whose tone rises steadily: what is heard says when in the file it is."""
    samples = array("h")
    for at in range(RATE * seconds):
        time = at / RATE
        samples.append(round(12_000 * math.sin(2 * math.pi * (LOWEST * time + RISE / 2 * time * time))))
    target = io.BytesIO()
    with wave.open(target, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(RATE)
        audio.writeframes(samples.tobytes())
    return target.getvalue()


def write(folder: Path, name: str = "Pump review", *, with_words: bool = True) -> Path:
    """Write the transcript with its audio beside it; return the transcript."""
    (folder / f"{name}.wav").write_bytes(rising_tone(30))
    file = folder / f"{name}.json"
    file.write_text(transcript(with_words=with_words))
    return file
