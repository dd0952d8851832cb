"""What was said, by whom and when, whatever file it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch by one speaker; ``speaker`` may be empty, times are seconds or unknown, an end has a start."""

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Transcript:
    """One recording's title and utterances, in the order of the file.

    ``skipped`` counts what was left out, by reason; the reasons are those of ``draft``.
    """

    title: str
    utterances: tuple[Utterance, ...]
    recorded_on: date | None
    skipped: Mapping[str, int]

    @property
    def duration(self) -> float | None:
        """Seconds until the last word that has a time; None without times."""
        times = [time for utterance in self.utterances for time in (utterance.end, utterance.start) if time is not None]
        return max(times, default=None)


class Unreadable(Exception):
    """A file that is no transcript we can read. ``line`` counts from 1; None when the whole file is meant."""

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
