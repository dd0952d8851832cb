"""What reviewers have just done, for the owners whose pages are open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, F
from django.db.models.functions import Now

from ..conversations.reviews import reviews_of
from ..models import AccessEvent, Conversation, Many, Prepared, ReviewLabel, Turn
from ..models.access.kinds import OF_CONTENT
from ..turns import events

RECENT_SECONDS = 30.0
"""How old a read or a label may be to be told: neither is committed in the order of its time."""
SHOWN = 50
"""Most turns of one read that are told of, the latest: as many as a page shows."""

_RECENT = timedelta(seconds=RECENT_SECONDS)
_reads: Prepared[Any] = Prepared(
    lambda owners: (
        AccessEvent.objects.filter(at__gt=Now() - _RECENT, owner_id__among=owners, kind__in=OF_CONTENT)
        .exclude(actor_id=F("owner_id"))
        .values_list("owner_id", "turns", "pk")
    ),
    owners=Many(BigIntegerField()),
)
_labels: Prepared[tuple[int, UUID, int, datetime]] = Prepared(
    lambda owners: (
        ReviewLabel.objects.filter(owner__pk__among=owners, seen_at=None, labelled_at__gt=Now() - _RECENT)
        .order_by()
        .values_list("owner_id", "turn__uuid", "pk", "labelled_at")
    ),
    owners=Many(BigIntegerField()),
)


class NewReviews:
    """Finds what reviewers do soon after they do it, each thing once."""

    def __init__(self) -> None:
        self._told_at: dict[tuple[object, ...], float] = {}

    def find(self, owners: Sequence[int]) -> dict[int, set[UUID]]:
        """Return the turns of these users that were read or labelled since the last call, by their owners."""
        found: dict[int, set[UUID]] = {}
        for owner, key, turns in self._recent(owners):
            if key not in self._told_at:
                found.setdefault(owner, set()).update(turns)
                self._told_at[key] = monotonic()
        self._forget(monotonic() - 2 * RECENT_SECONDS)
        return found

    def _recent(self, owners: Sequence[int]) -> Iterator[tuple[int, tuple[object, ...], list[UUID]]]:
        for owner, turns, pk in _reads.fetch(owners=owners):
            yield owner, ("read", pk), [UUID(turn) for turn in turns[-SHOWN:]]
        for owner, turn, pk, at in _labels.fetch(owners=owners):
            yield owner, ("label", pk, at), [turn]

    def _forget(self, before: float) -> None:
        for key in [key for key, at in self._told_at.items() if at < before]:
            del self._told_at[key]


def conversations_of(turns: set[UUID], owner_id: int) -> dict[Conversation, list[Turn]]:
    """Return these turns of a user by their conversations that are not deleted."""
    found: dict[Conversation, list[Turn]] = {}
    for turn in Turn.objects.of(owner_id).filter(uuid__in=turns).select_related("conversation"):
        found.setdefault(turn.conversation, []).append(turn)
    return found


def frames_of(turns: Sequence[Turn], conversation: Conversation) -> list[str]:
    """Return the frames that tell what reviewers have done with these turns."""
    return [
        events.encode(events.Reviewed(turn_uuid=each.turn, labels=each.labels, reads=each.reads))
        for each in reviews_of(turns, conversation)
    ]
