"""What reviewers have done with turns, as it stands below each: their labels, and who has read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ..models import Conversation, Turn
from .judged import NOT_JUDGED, judged
from .reads import reads_of


@dataclass(frozen=True)
class ShownReview:
    """The HTML of the labels of a turn, and of its reads; each is empty without any."""

    turn: UUID
    labels: str
    reads: str


def reviews_of(turns: Sequence[Turn], conversation: Conversation) -> list[ShownReview]:
    """Return what stands below these turns of a conversation, for its owner."""
    labels, reads = judged(turns), reads_of([turn.uuid for turn in turns], conversation)
    return [ShownReview(turn.uuid, labels.get(turn.pk, NOT_JUDGED).labels_html, reads[turn.uuid]) for turn in turns]
