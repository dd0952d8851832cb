"""Which files of a batch belong together: a transcript and the audio of the same name are one recording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from .kinds import MEDIA, is_transcript


def pairs_of(names: Sequence[str]) -> list[int]:
    """Return the number of the recording of each file; a transcript gets that of the first audio that fits."""
    numbers = list(range(len(names)))
    free = {name.casefold(): at for at, name in reversed(list(enumerate(names))) if not is_transcript(name)}
    for at, name in enumerate(names):
        if is_transcript(name):
            found = next((audio for audio in _audio_names(name) if audio in free), None)
            numbers[at] = free.pop(found) if found else at
    return numbers


def _audio_names(transcript: str) -> Iterator[str]:
    """Yield the names that audio of this transcript may have: for ``talk.vtt``, ``talk.wav.json``, ``talk.de.srt``."""
    stem = PurePosixPath(transcript.casefold()).with_suffix("")
    if stem.suffix in MEDIA:
        yield str(stem)
    for name in dict.fromkeys((str(stem), str(stem.with_suffix("")))):
        yield from (name + suffix for suffix in sorted(MEDIA))
