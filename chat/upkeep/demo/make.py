"""Speak the demo's texts: one MP3 and one WebVTT for each, with times counted in samples.

After changing a text, a maintainer runs ``python -m chat.upkeep.demo.make``, which needs espeak-ng and ffmpeg. The site
does not.
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
"""Voice and words a minute of everyone who speaks."""

RATE = 22_050
TICK = RATE // 50
"""Samples in 20 ms: everything is a whole number of ticks long, so that each time is exact in milliseconds."""
PAUSE = 20 * TICK
QUIET = 200
"""Up to this amplitude (of 32,767) it is silence."""


@dataclass(frozen=True)
class Spoken:
    """A line of a recording with its sound, from the first sample that is heard."""

    utterance: Utterance
    samples: array[int]


def main() -> None:
    """Make the sound and the subtitles of every text."""
    for script in sorted(HERE.glob("*.txt")):
        lines = [Spoken(utterance, trim(speak(utterance))) for utterance in read(open_sources(script)[0]).utterances]
        encode(samples_of(lines), script.with_suffix(".mp3"))
        script.with_suffix(".vtt").write_text(subtitles(lines), encoding="utf-8")


def speak(utterance: Utterance) -> array[int]:
    """Samples (16 bit, one channel) of the utterance in its speaker's voice."""
    voice, pace = VOICES[utterance.speaker]
    command = ["espeak-ng", "-v", voice, "-s", str(pace), "--stdout", utterance.text]
    sound = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603  # our own texts
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)  # noqa: S101
        return array("h", file.readframes(file.getnframes()))


def trim(samples: array[int]) -> array[int]:
    """The samples without the silence around them, filled up to a whole number of ticks."""
    heard = [place for place, sample in enumerate(samples) if abs(sample) > QUIET]
    sound = samples[heard[0] : heard[-1] + 1]
    return sound + _silence(-len(sound) % TICK)


def samples_of(lines: list[Spoken]) -> array[int]:
    """The whole recording: a pause before each line, and one at the end."""
    whole = array("h")
    for line in lines:
        whole += _silence(PAUSE) + line.samples
    return whole + _silence(PAUSE)


def subtitles(lines: list[Spoken]) -> str:
    """WebVTT with a cue for each line, from its first sample to its last."""
    cues = (f"{start} --> {end}\n<v {said.speaker}>{said.text}</v>\n" for said, start, end in _timed(lines))
    return "\n".join(["WEBVTT\n", *cues])


def encode(samples: array[int], path: Path) -> None:
    """Write a small MP3. Its header tells players how many samples the encoder put before the first, to skip them."""
    pcm = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    mp3 = ["-c:a", "libmp3lame", "-b:a", "24k", "-id3v2_version", "0"]
    same_every_time = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    command = ["ffmpeg", "-y", "-loglevel", "error", *pcm, *mp3, *same_every_time, str(path)]
    subprocess.run(command, check=True, input=samples.tobytes())  # noqa: S603  # no part of it is foreign


def _timed(lines: list[Spoken]) -> Iterator[tuple[Utterance, str, str]]:
    place = 0
    for line in lines:
        start = place + PAUSE
        place = start + len(line.samples)
        yield line.utterance, _clock(start), _clock(place)


def _clock(samples: int) -> str:
    milliseconds = samples * 1000 // RATE
    return f"00:{milliseconds // 60_000:02}:{milliseconds // 1000 % 60:02}.{milliseconds % 1000:03}"


def _silence(length: int) -> array[int]:
    return array("h", bytes(2 * length))


if __name__ == "__main__":
    main()
