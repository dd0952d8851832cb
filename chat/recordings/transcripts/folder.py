"""Which files of a folder are transcripts, and which audio belongs to one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .file import SUFFIXES

AUDIO_SUFFIXES = (".mp3", ".opus", ".ogg", ".m4a", ".wav")


@dataclass
class Found:
    """The transcripts below a folder, sorted by name, and how many other files and closed folders there are."""

    transcripts: list[Path] = field(default_factory=list)
    ignored: int = 0

    def ignore(self, _: object) -> None:
        """Count something that is not looked at, such as a folder that may not be opened."""
        self.ignored += 1


def find_transcripts(folder: Path) -> Found:
    """Look through a folder and those in it. Links that lead out of it and what is hidden are ignored, and counted."""
    found, root = Found(), folder.resolve()
    for parent, folders, files in os.walk(folder, onerror=found.ignore):
        entered = [name for name in folders if not name.startswith(".") and not Path(parent, name).is_symlink()]
        found.ignored += len(folders) - len(entered)
        folders[:] = sorted(entered)
        for path in (Path(parent, name) for name in sorted(files)):
            if _is_transcript(path, root):
                found.transcripts.append(path)
            else:
                found.ignore(path)
    return found


def audio_beside(path: Path) -> Path | None:
    """The audio file of the same name in the transcript's folder: ``talk.mp3`` for ``talk.vtt``."""
    for candidate in _audio_names(path):
        if candidate.is_file() and candidate.resolve().parent == path.resolve().parent:
            return candidate
    return None


def transcript_beside(path: Path) -> Path | None:
    """The transcript of the same name in an audio file's folder."""
    candidates = (path.with_suffix(suffix) for suffix in sorted(SUFFIXES))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _is_transcript(path: Path, root: Path) -> bool:
    named = path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    return named and path.is_file() and path.resolve().is_relative_to(root)


def _audio_names(path: Path) -> Iterator[Path]:
    stem = path.with_suffix("")
    if stem.suffix.lower() in AUDIO_SUFFIXES:  # talk.wav.json
        yield stem
    for name in (stem, stem.with_suffix("")):  # also talk.transcript.vtt
        for suffix in AUDIO_SUFFIXES:
            yield name.parent / (name.name + suffix)
            yield name.parent / (name.name + suffix.upper())
