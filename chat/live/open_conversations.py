"""The conversations that a client shows, so that it receives the turns asked in them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now

from ..models import Turn

PAGE_AGE = timedelta(seconds=30)
"""Longest time between the rendering of a page and its first command. Older turns the page has, or fetches."""


class OpenConversations:
    """The open conversations of one client, and the turns in them that it already has."""

    def __init__(self) -> None:
        self._newest_turn_at_opening: dict[int, int] = {}
        self._known_requests: set[UUID] = set()

    def expect(self, request_id: UUID) -> None:
        """Exclude from the news a question that the client is asking itself: it gets the reply to that anyway."""
        self._known_requests.add(request_id)

    def open(self, turn: Turn) -> list[Turn]:
        """Record that the client shows ``turn``, the newest one it has if its conversation was not open before.

        Return the turns asked after it while the client's command was on its way: the news will not contain them.
        """
        self._known_requests.add(turn.request_id)
        if turn.conversation_id in self._newest_turn_at_opening:
            return []
        self._newest_turn_at_opening[turn.conversation_id] = turn.pk
        later = Turn.objects.filter(conversation=turn.conversation_id, pk__gt=turn.pk, created_at__gt=Now() - PAGE_AGE)
        return list(later.select_related("conversation").order_by("pk"))

    def news(self, turns: Iterable[Turn]) -> list[Turn]:
        """Return those of ``turns`` that were asked elsewhere in open conversations; never a turn twice."""
        new_turns = [turn for turn in turns if self._is_new(turn)]
        self._known_requests.update(turn.request_id for turn in new_turns)
        return new_turns

    def _is_new(self, turn: Turn) -> bool:
        newest = self._newest_turn_at_opening.get(turn.conversation_id)
        return newest is not None and turn.pk > newest and turn.request_id not in self._known_requests


def find(user_id: int, turn_uuid: UUID) -> Turn | None:
    """Return the turn if this user may see it, else None."""
    return Turn.objects.of(user_id).filter(uuid=turn_uuid).select_related("conversation").first()
