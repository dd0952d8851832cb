"""The steps of a job. Each can be done again from its beginning, by any process, with the same result."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..models import JobState
from . import converting, embedding, indexing, transcribing
from .work import Work

DOING: Mapping[str, Callable[[Work], None]] = {
    JobState.CONVERTING: converting.convert,
    JobState.TRANSCRIBING: transcribing.transcribe,
    JobState.INDEXING: indexing.take_in,
    JobState.EMBEDDING: embedding.embed,
}
"""By its state: what does the step, and stores what it has made with the change to the next state."""
