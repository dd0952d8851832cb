"""What retrieval hands on: neighbouring segments of one recording that may answer a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Recording, Segment


@dataclass(frozen=True)
class Passage:
    """Retrieved text with its recording, speakers, place and score.

    ``score`` orders the passages of one search, the best highest; it compares with nothing else. ``relevance`` (0..1)
    is the share of what the question asks for that the passage mentions, the rarer words weighing more.
    """

    recording: Recording
    segments: tuple[Segment, ...]
    score: float
    relevance: float

    @property
    def speakers(self) -> list[str]:
        """Who speaks in it, in order of appearance."""
        return list(dict.fromkeys(segment.speaker for segment in self.segments if segment.speaker))

    @property
    def start(self) -> float | None:
        """Seconds from the beginning of the recording, where known."""
        return self.segments[0].start

    @property
    def end(self) -> float | None:
        """Seconds from the beginning of the recording, where known."""
        return self.segments[-1].end

    @property
    def text(self) -> str:
        """Its segments, one a line, each behind the name of its speaker."""
        return "\n".join(map(str, self.segments))
