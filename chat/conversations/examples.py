"""The questions on the page for a new one: of the recordings that were added last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import BigIntegerField, IntegerField

from ..models import Citation, Prepared, Recording, Segment
from .ideas import Idea, ideas_of
from .sources import Source

LIMIT = 3
"""Questions that are shown."""
RECORDINGS_READ = 8
"""The recordings that were added last: those that are read for questions."""


@dataclass(frozen=True)
class Example:
    """A question worth asking of a recording, and the moment at which its answer is spoken."""

    question: str
    recording: Recording
    source: Source


def examples(user_id: int) -> list[Example]:
    """Return up to three questions of different kinds about what this user hears.

    They are of different recordings if possible, the last added first.
    """
    latest = _latest.fetch(user=user_id)
    chosen: list[tuple[Recording, Idea]] = []
    for rank in range(LIMIT):
        for recording in latest:
            if len(chosen) < LIMIT and (idea := _best(recording, rank, [idea for _, idea in chosen])):
                chosen.append((recording, idea))
    return list(filter(None, (_example(recording, idea) for recording, idea in chosen)))


def _best(recording: Recording, rank: int, chosen: Sequence[Idea]) -> Idea | None:
    """Return the best idea of a recording that has had ``rank`` ideas chosen; rather one of a new kind."""
    ideas = ideas_of(recording.uuid, recording.erased_at)
    if sum(idea in ideas for idea in chosen) > rank:
        return None
    phrases, kinds = {idea.phrase for idea in chosen}, {idea.kind for idea in chosen}
    fresh = [idea for idea in ideas if idea.phrase not in phrases]
    return max(fresh, key=lambda idea: (idea.kind not in kinds, idea.merit), default=None)


def _example(recording: Recording, idea: Idea) -> Example | None:
    segment = _segment.first(recording=recording.pk, number=idea.segment)
    if segment is None:
        return None
    citation = Citation.quoting(recording, segment, 1, segment.text)
    return Example(idea.question, recording, Source(citation, ""))


_latest = Prepared(
    lambda user: Recording.objects.heard_by(user).order_by("-created_at", "-pk")[:RECORDINGS_READ],
    user=BigIntegerField(),
)
_segment = Prepared(
    lambda recording, number: Segment.objects.filter(recording=recording, number=number),
    recording=BigIntegerField(),
    number=IntegerField(),
)
