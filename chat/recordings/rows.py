"""The rows of the list of recordings: what each shows of who speaks, and for how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Sum

from ..models import Recording, Segment

WIDTH = 1_000
"""The width of a bar in its own units, for the longest recording of a page."""
NAMES = 3
"""Speakers whose names a row shows."""
TONES = 4
"""Speakers with a tone of their own in a bar; the others share the last one."""
_SMALLEST = 30


@dataclass(frozen=True)
class Speaker:
    """Somebody who speaks, and their part of what is said: from 0 to 1."""

    name: str
    part: float


@dataclass(frozen=True)
class Piece:
    """A part of a bar: what one speaker, or the rest of them, says."""

    at: float
    length: float
    tone: int


@dataclass(frozen=True)
class Row:
    """A recording with its speakers, those who say most first, beside the longest one of the page."""

    recording: Recording
    speakers: Sequence[Speaker]
    longest: float

    @property
    def names(self) -> list[str]:
        """The names that it shows."""
        return [speaker.name for speaker in self.speakers[:NAMES]]

    @property
    def more(self) -> int:
        """The number of further speakers."""
        return max(len(self.speakers) - NAMES, 0)

    @property
    def pieces(self) -> list[Piece]:
        """The bar: as long as the recording, in the order of the speakers; empty if its length is unknown."""
        if not self.recording.duration or not self.longest:
            return []
        length = max(self.recording.duration / self.longest * WIDTH, _SMALLEST)
        pieces, at = [], 0.0
        for rank, part in enumerate(speaker.part for speaker in self.speakers):
            pieces.append(Piece(round(at, 1), round(part * length, 1), min(rank, TONES - 1)))
            at += part * length
        return pieces or [Piece(0, round(length, 1), 0)]


def rows(recordings: Collection[Recording]) -> list[Row]:
    """Return a row for each of these recordings."""
    speakers = _speakers(recordings)
    longest = max((recording.duration or 0 for recording in recordings), default=0)
    return [Row(recording, speakers.get(recording.pk, []), longest) for recording in recordings]


def _speakers(recordings: Collection[Recording]) -> dict[int, list[Speaker]]:
    """Return the speakers of each recording, weighed by time, or by segments where times are unknown."""
    spoken = Segment.objects.filter(recording__in=recordings).exclude(speaker="").order_by()
    weighed = spoken.values_list("recording", "speaker").annotate(time=Sum(F("end") - F("start")), segments=Count("pk"))
    found: defaultdict[int, list[tuple[str, float, int]]] = defaultdict(list)
    for recording, name, time, segments in weighed:
        found[recording].append((name, time or 0, segments))
    return {recording: _by_part(weights) for recording, weights in found.items()}


def _by_part(weights: Sequence[tuple[str, float, int]]) -> list[Speaker]:
    by_time = all(time > 0 for _, time, _ in weights)
    total = sum(time if by_time else segments for _, time, segments in weights)
    speakers = [Speaker(name, (time if by_time else segments) / total) for name, time, segments in weights]
    return sorted(speakers, key=lambda speaker: (-speaker.part, speaker.name))
