"""What a service is sent of a recording: its sound in parts, small and in a form that all of them read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from math import inf
from pathlib import Path
from time import time

from .interface import Report, TranscriptionFailed
from .media import HOW_TO_INSTALL, Sound, Unplayable, excerpt, is_installed, sound_of
from .silences import Part, parts_of

PREFIX = "chatsite-sound-"
"""Of the names of temporary folders."""
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
    with sound_alone(audio, report) as sound:
        parts = tuple(parts_of(sound.duration, sound.silences, limits.longest))
        made = partial(_made, sound.path, parts, limits)
        yield Prepared(parts, sound.duration, sound.path, sound.path.parent, made)


@contextmanager
def sound_alone(audio: Path, report: Report) -> Iterator[Sound]:
    """Keep the sound of a file in a temporary folder while the block runs. Raise ``TranscriptionFailed``."""
    _sweep()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        try:
            sound = sound_of(audio, Path(folder), lambda done: report(done * PREPARED))
        except Unplayable as error:
            raise TranscriptionFailed(str(error), again=error.again) from None
        yield sound


def _sweep() -> None:
    """Delete what a process that was killed has left; none works on a recording for two days."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time() - left.stat().st_mtime > timedelta(days=2).total_seconds():
                shutil.rmtree(left)


def _made(sound: Path, parts: Sequence[Part], limits: Limits, at: int) -> Path:
    part, target = parts[at], sound.with_name("part.mp3")
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
    return Prepared((Part(0.0, inf),), None, None, audio.parent, lambda _: audio)
