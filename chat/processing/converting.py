"""The first step: audio in a form that browsers play."""

from __future__ import annotations

from pathlib import PurePosixPath

from ..recordings.audio import TYPES
from .work import StepFailed, Work, kept


def convert(work: Work) -> None:
    """Keep audio that browsers play as it is."""
    audio = work.job.audio
    if audio and PurePosixPath(audio).suffix.lower() not in TYPES:
        raise StepFailed("Audio of this kind cannot be played here.")
    kept(work.job.advance())
