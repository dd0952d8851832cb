"""What reviewers may read of conversations. Everything that shows them one asks here first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists

from . import review_policy
from .access.event import REASON_LIMIT
from .conversation import Conversation, ConversationQuerySet
from .reviewer import is_reviewer, reviewers
from .turns.turn import Turn, TurnQuerySet

REASON_LENGTHS = range(3, REASON_LIMIT + 1)
"""How long the reason for reading may be, in characters."""


@dataclass(frozen=True)
class Opening:
    """What a reviewer may read of one conversation: its ``turns``, but not ``others``, so many of its turns.

    ``reason`` is why: what the reviewer has typed, or that the policy of the site picks these turns. Without one, the
    reviewer types it before anything is shown. ``others_with_reason`` is whether a typed reason opens the others, too.
    """

    turns: TurnQuerySet
    reason: str = ""
    others: int = 0
    others_with_reason: bool = False


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

    def turns(self) -> TurnQuerySet:
        """Return the turns that may be searched and read, of all these conversations."""
        return Turn.objects.open_to_review().filter(self._is_reviewer())

    def may_open(self, conversation: Conversation, typed: str = "") -> Opening | None:
        """Return what may be read of a conversation, with the reason that the reviewer has typed; None if nothing may.

        Without a typed reason these are only the turns that its owner wants to be checked or the rule picks, if any.
        """
        if not self.conversations().filter(pk=conversation.pk).exists():
            return None
        every = self.turns().filter(conversation=conversation)
        may_type = review_policy.policy() == review_policy.Policy.ALL
        if may_type and typed:
            return Opening(every, typed)
        picked = every.filter(review_policy.picked())
        if reason := _reason(picked):
            others = Turn.objects.filter(conversation=conversation).count() - picked.count()
            return Opening(picked, reason, others, others_with_reason=may_type)
        return Opening(every) if may_type else None

    def _is_reviewer(self) -> Exists:
        """Return the condition that the database checks in each of these queries."""
        return Exists(reviewers().filter(pk=self.reviewer))


def may_review(user_id: int | None) -> bool:
    """Return whether a user reviews: a reviewer, where the policy of the site has review at all."""
    return review_policy.is_on() and is_reviewer(user_id)


def _reason(picked: TurnQuerySet) -> str:
    """Return why these turns may be read without a typed reason; empty if there are none."""
    asked = picked.filter(check_request__isnull=False).exists()
    by_rule = picked.filter(review_policy.rule().picks()).exists()
    reasons = ["a check was asked for"] * asked + ["the published rule picks it"] * by_rule
    return " and ".join(reasons).capitalize()
