"""Which conversations a socket shows, so that it learns of what is asked in them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now

from ..models import Turn

LATELY = timedelta(seconds=30)
"""A page may have been rendered so long before its first word is heard here. What is older it has, or fetches."""


class OpenConversations:
    """Conversations, each with the turns of it that the client knows."""

    def __init__(self) -> None:
        self._since: dict[int, int] = {}
        self._known: set[UUID] = set()

    def expect(self, request_id: UUID) -> None:
        """The client is about to ask this, and will be told by itself."""
        self._known.add(request_id)

    def open(self, turn: Turn) -> list[Turn]:
        """The client shows ``turn``; when its conversation was not open before, that is the newest one that it knows.

        Returns those that were asked since, while the client's word was on its way: no news will come of them.
        """
        self._known.add(turn.request_id)
        if turn.conversation_id in self._since:
            return []
        self._since[turn.conversation_id] = turn.pk
        later = Turn.objects.filter(conversation=turn.conversation_id, pk__gt=turn.pk, created_at__gt=Now() - LATELY)
        return list(later.select_related("conversation").order_by("pk"))

    def news(self, turns: Iterable[Turn]) -> list[Turn]:
        """Those of ``turns`` that were asked elsewhere since, each of them once."""
        new = [turn for turn in turns if self._is_new(turn)]
        self._known.update(turn.request_id for turn in new)
        return new

    def _is_new(self, turn: Turn) -> bool:
        since = self._since.get(turn.conversation_id)
        return since is not None and turn.pk > since and turn.request_id not in self._known


def find(user_id: int, turn_uuid: UUID) -> Turn | None:
    """A turn that this user may see."""
    return Turn.objects.of(user_id).filter(uuid=turn_uuid).select_related("conversation").first()
