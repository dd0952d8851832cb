"""A language of beeps: a sound whose words and times are known, and a recogniser that hears them in what it is sent.

Each word is a number, said as a beep of its own pitch. So a test knows exactly what must come out of any audio.
"""

from __future__ import annotations

import math
import subprocess
import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

RATE = 16_000
BEEP = 0.3
LOUD = 9_000
WINDOW = RATE // 100
HUM = 0.12
"""The loudness of a sound that is never silent, as a share of the greatest."""


@dataclass(frozen=True)
class Beep:
    """A word: its number, and when it is said."""

    number: int
    start: float
    end: float

    @property
    def word(self) -> str:
        return f"w{self.number}"


def beeps(count: int, *, every: float, first: float = 0.5) -> list[Beep]:
    """Return so many words, one after the other."""
    return [Beep(number, first + number * every, first + number * every + BEEP) for number in range(count)]


def write(path: Path, words: Sequence[Beep], *, seconds: float, hums: bool = False) -> Path:
    """Write a WAV file in which these words are said; between them it is silent, or hums."""
    hum = [math.sin(2 * math.pi * 120 * at / RATE) * HUM * 32_000 for at in range(RATE)] if hums else [0.0]
    samples = array("h", [int(value) for value in hum]) * (round(seconds * RATE) // len(hum))
    for word in words:
        samples[round(word.start * RATE) : round(word.end * RATE)] = _sound(word.number)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def heard(content: bytes) -> list[Beep]:
    """Return the words in an audio file, whatever its form, by listening to it."""
    command = ["ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "s16le", "-ac", "1", "-ar", str(RATE), "pipe:1"]
    samples = array("h", subprocess.run(command, input=content, capture_output=True, check=True).stdout)
    windows = [samples[at : at + WINDOW] for at in range(0, len(samples), WINDOW)]
    loud = [max(map(abs, window)) > LOUD for window in windows]
    found, at = [], 0
    for is_loud, group in groupby(loud):
        length = len(list(group))
        if is_loud and length > 3:
            found.append(Beep(_number(samples[at * WINDOW : (at + length) * WINDOW]), at / 100, (at + length) / 100))
        at += length
    return found


def _sound(number: int) -> array[int]:
    pitch = 300 + 20 * number
    return array("h", [int(20_000 * math.sin(2 * math.pi * pitch * at / RATE)) for at in range(round(BEEP * RATE))])


def _number(samples: array[int]) -> int:
    """Return the word of a beep, by its pitch: from the first to the last time that it crosses zero upwards."""
    crossings = [at for at in range(1, len(samples)) if samples[at - 1] < 0 <= samples[at]][1:-1]
    pitch = (len(crossings) - 1) * RATE / (crossings[-1] - crossings[0])
    return round((pitch - 300) / 20)
