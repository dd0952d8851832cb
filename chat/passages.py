"""Passages, the results of retrieval: adjacent segments of one recording that may answer a question."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import cached_property

if TYPE_CHECKING:
    from .models import Recording, Segment


@dataclass(frozen=True)
class Passage:
    """Retrieved text with its recording, speakers, position and score.

    ``score`` ranks the passages of one search, the best highest; scores of different searches do not compare.
    ``relevance`` (0..1) is the share of the question's words that the passage mentions; rare words weigh more.
    """

    recording: Recording
    segments: tuple[Segment, ...]
    score: float
    relevance: float

    @cached_property
    def json(self) -> str:
        """The title of its recording, and who says what, as JSON: made once, to be weighed and then sent to a model."""
        said = [{"speaker": segment.speaker, "text": segment.text} for segment in self.segments]
        return json.dumps({"recording": self.recording.title, "said": said}, ensure_ascii=False)

    @property
    def speakers(self) -> list[str]:
        """The names of the speakers, in order of appearance."""
        return list(dict.fromkeys(segment.speaker for segment in self.segments if segment.speaker))

    @property
    def start(self) -> float | None:
        """Seconds from the beginning of the recording; None if unknown."""
        return self.segments[0].start

    @property
    def end(self) -> float | None:
        """Seconds from the beginning of the recording; None if unknown."""
        return self.segments[-1].end

    @property
    def text(self) -> str:
        """The segments, one per line, each after the name of its speaker."""
        return "\n".join(map(str, self.segments))
