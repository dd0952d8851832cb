"""What reviewers may read of conversations. Everything that shows them one asks here first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, QuerySet

from .access.event import REASON_LIMIT
from .conversation import Conversation, ConversationQuerySet
from .reviewer import reviewers
from .turns.turn import Turn

REASON_LENGTHS = range(3, REASON_LIMIT + 1)
"""How long the reason for reading may be, in characters."""


@dataclass(frozen=True)
class Opening:
    """What a reviewer may read of one conversation: its ``turns``.

    ``reason`` is why, if the policy of the site says it; otherwise the reviewer types one before anything is shown.
    """

    turns: QuerySet[Turn]
    reason: str = ""


@dataclass(frozen=True)
class Review:
    """What one reviewer, known by the id of the user, may read."""

    reviewer: int

    @classmethod
    def of(cls, user: Any) -> Review:
        """Return what a signed-in user may read, who is a reviewer."""
        return cls(user.pk)

    def conversations(self) -> ConversationQuerySet:
        """Return the conversations that may be listed, searched and opened: none for who is no reviewer.

        The policy of the site decides which; a deleted one is out of reach.
        """
        return Conversation.objects.open_to_review().filter(self._is_reviewer())

    def turns(self) -> QuerySet[Turn]:
        """Return the turns that may be searched and read, of all these conversations."""
        return Turn.objects.open_to_review().filter(self._is_reviewer())

    def may_open(self, conversation: Conversation) -> Opening | None:
        """Return what may be read of a conversation; None if nothing may."""
        if not self.conversations().filter(pk=conversation.pk).exists():
            return None
        return Opening(self.turns().filter(conversation=conversation))

    def _is_reviewer(self) -> Exists:
        """Return the condition that the database checks in each of these queries."""
        return Exists(reviewers().filter(pk=self.reviewer))
