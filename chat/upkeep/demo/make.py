"""Make the audio of the demo: an MP3 and a WebVTT file for each text, with times counted in samples.

After changing a text, a maintainer runs ``python -m chat.upkeep.demo.make``, which needs espeak-ng and ffmpeg. The site
does not need them.
"""

from __future__ import annotations

import io
import subprocess
import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chat.recordings.transcripts import Utterance, open_sources, read

HERE = Path(__file__).parent
VOICES = {
    "Mara Quist": ("en-gb+f2", 165),
    "Tom Adeyemi": ("en-us+m3", 160),
    "Ines Carvalho": ("en-us+f4", 158),
    "Priya Nair": ("en-us+f3", 170),
}
"""Voice and words per minute of each speaker."""

RATE = 22_050
TICK = RATE // 50
"""Samples in 20 ms: every length is a whole number of ticks, so that each time is exact in milliseconds."""
PAUSE = 20 * TICK
QUIET = 200
"""The highest amplitude (of 32,767) that counts as silence."""


@dataclass(frozen=True)
class Spoken:
    """A line of a recording and its samples, from the first audible one."""

    utterance: Utterance
    samples: array[int]


def main() -> None:
    """Make the audio and the subtitles of every text."""
    for script in sorted(HERE.glob("*.txt")):
        lines = [Spoken(utterance, trim(speak(utterance))) for utterance in read(open_sources(script)[0]).utterances]
        encode(samples_of(lines), script.with_suffix(".mp3"))
        script.with_suffix(".vtt").write_text(subtitles(lines), encoding="utf-8")


def speak(utterance: Utterance) -> array[int]:
    """Return the utterance in its speaker's voice, as 16-bit samples of one channel."""
    voice, pace = VOICES[utterance.speaker]
    command = ["espeak-ng", "-v", voice, "-s", str(pace), "--stdout", utterance.text]
    audio = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603  # our own texts
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)  # noqa: S101
        return array("h", file.readframes(file.getnframes()))


def trim(samples: array[int]) -> array[int]:
    """Return the samples without the silence around them, padded to a whole number of ticks."""
    audible = [index for index, sample in enumerate(samples) if abs(sample) > QUIET]
    trimmed = samples[audible[0] : audible[-1] + 1]
    return trimmed + _silence(-len(trimmed) % TICK)


def samples_of(lines: list[Spoken]) -> array[int]:
    """Return the whole recording, with a pause before each line and one at the end."""
    whole = array("h")
    for line in lines:
        whole += _silence(PAUSE) + line.samples
    return whole + _silence(PAUSE)


def subtitles(lines: list[Spoken]) -> str:
    """Return WebVTT with a cue for each line, from its first sample to its last."""
    cues = (f"{start} --> {end}\n<v {u.speaker}>{u.text}</v>\n" for u, start, end in _timed(lines))
    return "\n".join(["WEBVTT\n", *cues])


def encode(samples: array[int], path: Path) -> None:
    """Write a small MP3. Its header tells players to skip the samples that the encoder has added at the start."""
    pcm = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    mp3 = ["-c:a", "libmp3lame", "-b:a", "24k", "-id3v2_version", "0"]
    same_every_time = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    command = ["ffmpeg", "-y", "-loglevel", "error", *pcm, *mp3, *same_every_time, str(path)]
    subprocess.run(command, check=True, input=samples.tobytes())  # noqa: S603  # no part of it is user input


def _timed(lines: list[Spoken]) -> Iterator[tuple[Utterance, str, str]]:
    end = 0
    for line in lines:
        start = end + PAUSE
        end = start + len(line.samples)
        yield line.utterance, _clock(start), _clock(end)


def _clock(samples: int) -> str:
    milliseconds = samples * 1000 // RATE
    return f"00:{milliseconds // 60_000:02}:{milliseconds // 1000 % 60:02}.{milliseconds % 1000:03}"


def _silence(length: int) -> array[int]:
    return array("h", bytes(2 * length))


if __name__ == "__main__":
    main()
