"""The conversations that a client shows, so that it receives the turns asked in them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import BigIntegerField, UUIDField
from django.db.models.functions import Now

from ..models import Prepared, Turn

PAGE_AGE = timedelta(seconds=30)
"""Longest time between the rendering of a page and its first command. Older turns the page has, or fetches."""


@dataclass(frozen=True)
class Asked:
    """The little of a turn that tells who may lack it."""

    pk: int
    user_id: int
    conversation_id: int
    request_id: UUID


class OpenConversations:
    """The open conversations of one client, and the turns in them that it already has."""

    def __init__(self) -> None:
        self._newest_turn_at_opening: dict[int, int] = {}
        self._known_requests: set[UUID] = set()

    def expect(self, request_id: UUID) -> None:
        """Exclude from the news a question that the client is asking itself: it gets the reply to that anyway."""
        self._known_requests.add(request_id)

    def begin(self, turn: Turn) -> None:
        """Record that the client has just begun the conversation of ``turn``, in which nobody can have asked yet."""
        self._newest_turn_at_opening[turn.conversation_id] = turn.pk

    def open(self, turn: Turn) -> list[Turn]:
        """Record that the client shows ``turn``, the newest one it has if its conversation was not open before.

        Return the turns asked after it while the client's command was on its way: the news will not contain them.
        """
        self._known_requests.add(turn.request_id)
        if turn.conversation_id in self._newest_turn_at_opening:
            return []
        self._newest_turn_at_opening[turn.conversation_id] = turn.pk
        return _later.fetch(conversation=turn.conversation_id, pk=turn.pk)

    def shows(self, conversation_id: int) -> bool:
        """Return whether the client shows a conversation."""
        return conversation_id in self._newest_turn_at_opening

    def lacks(self, turn: Asked | Turn) -> bool:
        """Return whether a turn was asked elsewhere in an open conversation."""
        newest = self._newest_turn_at_opening.get(turn.conversation_id)
        return newest is not None and turn.pk > newest and turn.request_id not in self._known_requests

    def news(self, turns: Iterable[Turn]) -> list[Turn]:
        """Return those of ``turns`` that the client lacks; never a turn twice."""
        new_turns = [turn for turn in turns if self.lacks(turn)]
        self._known_requests.update(turn.request_id for turn in new_turns)
        return new_turns


_later = Prepared(
    lambda conversation, pk: (
        Turn.objects.filter(conversation_id=conversation, pk__gt=pk, created_at__gt=Now() - PAGE_AGE)
        .select_related("conversation")
        .order_by("pk")
    ),
    conversation=BigIntegerField(),
    pk=BigIntegerField(),
)


def find(user_id: int, turn_uuid: UUID) -> Turn | None:
    """Return the turn if this user may see it, else None."""
    return _of_user.first(user=user_id, uuid=turn_uuid)


_of_user = Prepared(
    lambda user, uuid: Turn.objects.of(user).filter(uuid=uuid).select_related("conversation"),
    user=BigIntegerField(),
    uuid=UUIDField(),
)
