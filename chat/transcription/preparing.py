"""What a service is sent of a recording: its sound in parts, small and in a form that all of them read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .interface import Report, TranscriptionFailed
from .media import HOW_TO_INSTALL, Unplayable, excerpt, is_installed, sound_of
from .silences import Part, parts_of

PREPARED = 0.1
"""The share of the work that is done when the sound has been converted."""
MP3_BYTES = 8_200
"""Bytes in a second of what is sent, and a little more."""
ACCEPTED = {".flac", ".m4a", ".mp3", ".mp4", ".ogg", ".wav", ".webm"}
"""Suffixes of files that can be sent as they are where ffmpeg is not installed."""


@dataclass(frozen=True)
class Limits:
    """What a service takes in one request: seconds of sound, and bytes of a file."""

    seconds: float
    size: int

    @property
    def longest(self) -> float:
        """Seconds of the longest part, which is sent as MP3."""
        return min(self.seconds, self.size / MP3_BYTES)


@dataclass(frozen=True)
class Prepared:
    """A recording that is ready to be sent. ``sound`` is None, and ``parts`` has one, if nothing could be converted."""

    parts: tuple[Part, ...]
    duration: float | None
    sound: Path | None
    folder: Path
    send: Callable[[int], Path]
    """Returns the file to send for the part with this index; it is gone when the next one is made."""


@contextmanager
def prepared(audio: Path, limits: Limits, report: Report) -> Iterator[Prepared]:
    """Prepare a recording while the block runs. Raise ``TranscriptionFailed``."""
    if not is_installed():
        yield _as_it_is(audio, limits)
        return
    with tempfile.TemporaryDirectory(prefix="chatsite-sound-") as name:
        folder = Path(name)
        try:
            sound = sound_of(audio, folder, lambda done: report(done * PREPARED))
        except Unplayable as error:
            raise TranscriptionFailed(str(error), again=error.again) from None
        parts = tuple(parts_of(sound.duration, sound.silences, limits.longest))
        yield Prepared(parts, sound.duration, sound.path, folder, lambda at: _made(sound.path, parts[at], limits))


def _made(sound: Path, part: Part, limits: Limits) -> Path:
    target = sound.with_name("part.mp3")
    try:
        excerpt(sound, target, start=part.start, end=part.end)
    except Unplayable as error:
        raise TranscriptionFailed(str(error)) from None
    if target.stat().st_size > limits.size:
        raise TranscriptionFailed("A part of the recording is larger than the transcription service takes.")
    return target


def _as_it_is(audio: Path, limits: Limits) -> Prepared:
    suffix, size = audio.suffix.lower(), audio.stat().st_size
    if suffix not in ACCEPTED:
        raise TranscriptionFailed(f"A file like this ({suffix}) must be converted, and {HOW_TO_INSTALL}.")
    if size > limits.size:
        raise TranscriptionFailed(
            f"A recording of more than {limits.size // 2**20} MB must be cut into parts, and {HOW_TO_INSTALL}."
        )
    return Prepared((Part(0.0, 0.0),), None, None, audio.parent, lambda _: audio)
