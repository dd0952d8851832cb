"""The transcripts in a folder, and the audio file that belongs to a transcript."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .source import SUFFIXES

AUDIO_SUFFIXES = (".mp3", ".opus", ".ogg", ".m4a", ".wav")


@dataclass
class FolderContents:
    """The transcripts below a folder, sorted by name, the files of other kinds, and how much was ignored with them."""

    transcripts: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    ignored: int = 0

    def ignore(self, _: object) -> None:
        """Count a file that is no transcript, or a folder that cannot be opened."""
        self.ignored += 1


def find_transcripts(folder: Path) -> FolderContents:
    """Find the transcripts in a folder and its subfolders. Ignore, and count, hidden ones and links that lead out."""
    contents, root = FolderContents(), folder.resolve()
    for parent, folders, files in os.walk(folder, onerror=contents.ignore):
        entered = [name for name in folders if not name.startswith(".") and not Path(parent, name).is_symlink()]
        contents.ignored += len(folders) - len(entered)
        folders[:] = sorted(entered)
        for path in (Path(parent, name) for name in sorted(files)):
            if _is_transcript(path, root):
                contents.transcripts.append(path)
            else:
                contents.others.append(path)
                contents.ignore(path)
    return contents


def audio_beside(path: Path) -> Path | None:
    """Return the audio file of the same name in the transcript's folder: ``talk.mp3`` for ``talk.vtt``."""
    for candidate in _audio_names(path):
        if candidate.is_file() and candidate.resolve().parent == path.resolve().parent:
            return candidate
    return None


def transcript_beside(path: Path) -> Path | None:
    """Return the transcript of the same name in an audio file's folder."""
    candidates = (path.with_suffix(suffix) for suffix in sorted(SUFFIXES))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _is_transcript(path: Path, root: Path) -> bool:
    has_name = path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    return has_name and path.is_file() and path.resolve().is_relative_to(root)


def _audio_names(path: Path) -> Iterator[Path]:
    stem = path.with_suffix("")
    if stem.suffix.lower() in AUDIO_SUFFIXES:  # talk.wav.json
        yield stem
    for name in (stem, stem.with_suffix("")):  # also talk.transcript.vtt
        for suffix in AUDIO_SUFFIXES:
            yield name.parent / (name.name + suffix)
            yield name.parent / (name.name + suffix.upper())
