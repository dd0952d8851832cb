"""The first step: audio in a form that browsers play, without the pictures of a video."""

from __future__ import annotations

from pathlib import Path

from ..recordings.audio import TYPES
from ..transcription import media
from .work import StepFailed, Work, kept

NO_SOUND = "There is no sound in this file."


def convert(work: Work) -> None:
    """Keep audio that browsers play as it is, and convert other. Raise ``Unplayable``."""
    job = work.job
    if not job.audio:
        kept(job.advance())
        return
    with work.file(job.audio) as path:
        converted = "" if _plays(path) else _converted(work, path)
    kept(job.advance(converted=converted))


def _plays(path: Path) -> bool:
    """Return whether browsers play a file; without ffmpeg its name has to say so."""
    is_known = path.suffix.lower() in TYPES
    try:
        found = media.probe(path)
    except media.NotInstalled:
        if is_known:
            return True
        raise
    if not found.has_audio:
        raise StepFailed(NO_SOUND)
    return is_known and found.plays


def _converted(work: Work, path: Path) -> str:
    target = work.folder / "converted.m4a"
    media.convert(path, target, work.report)
    return work.keep(target)
