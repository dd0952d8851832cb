"""A transcript, independent of the file format: what was said, by whom and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chat.models.word_times import WordTime


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one speaker said without interruption.

    ``speaker`` may be empty. Times are in seconds, or None if unknown; if ``end`` is known, ``start`` is, too.
    ``words`` are those of its words that have times.
    """

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None
    words: Sequence[WordTime] = ()


@dataclass(frozen=True)
class Transcript:
    """The title and utterances of one recording, in the order of the file.

    ``skipped`` counts, by a reason from ``draft``, what was left out.
    """

    title: str
    utterances: tuple[Utterance, ...]
    recorded_on: date | None
    skipped: Mapping[str, int]
    language: str = ""
    """What the file calls its language, if it says so."""

    @property
    def duration(self) -> float | None:
        """The last time of an utterance, in seconds; None without times."""
        times = [time for utterance in self.utterances for time in (utterance.end, utterance.start) if time is not None]
        return max(times, default=None)


class Unreadable(Exception):
    """A file that is not a transcript we can read. ``line`` counts from 1; None means the whole file."""

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
