"""What every transcriber takes and gives: an audio file, and what was said in it as a document to import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Report = Callable[[float], None]
"""Takes how much is done, from 0 to 1: about once a second, in the thread that called ``transcribe``.

What it raises ends the work at once and passes through, so it is also the way to cancel.
"""


@dataclass(frozen=True)
class Spoken:
    """What was said, as a file that ``chat.recordings.transcripts`` reads.

    ``suffix`` is ``.json`` for the verbose JSON of Whisper, with times, or ``.txt`` for text alone. ``language`` is a
    code like ``en``, or empty; ``notes`` are sentences about what is missing.
    """

    document: str
    suffix: str
    language: str = ""
    notes: tuple[str, ...] = ()


class TranscriptionFailed(Exception):
    """There is no transcript; the message is a sentence for people. ``again`` is whether it may succeed later."""

    def __init__(self, sentence: str, *, again: bool = False, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.again = again
        self.retry_after = retry_after
        """Seconds until it is worth trying again, if the service said so."""


class Transcriber(Protocol):
    """Turns speech into text. Thread-safe."""

    name: str
    """As in ``TRANSCRIBER``."""

    def transcribe(self, audio: Path, report: Report) -> Spoken:
        """Return what is said in an audio or video file. Block, for minutes; raise ``TranscriptionFailed``."""
        ...
