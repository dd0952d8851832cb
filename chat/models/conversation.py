"""A thread of questions and answers that belongs to one user."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from .turns.state import ACTIVE

TITLE_LIMIT = 80


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Conversations; every look-up for a user starts from ``of(user)``, so no query can forget the ownership."""

    def of(self, user_id: int) -> ConversationQuerySet:
        """Return the user's own conversations that are not deleted, the last used first."""
        return self.filter(user_id=user_id, deleted_at=None).order_by("-asked_at", "-pk")

    def idle(self, days: int) -> ConversationQuerySet:
        """Return the conversations at rest that are not deleted and have had no question for ``days``."""
        return self.filter(deleted_at=None, asked_at__lt=Now() - timedelta(days=days)).at_rest()

    def removable(self) -> ConversationQuerySet:
        """Return the deleted conversations at rest; a deleted one gets no further questions."""
        return self.filter(deleted_at__isnull=False).at_rest()

    def at_rest(self) -> ConversationQuerySet:
        """Return the conversations without a queued or streaming turn."""
        return self.exclude(turns__state__in=ACTIVE)


class Conversation(models.Model):
    """An owner's thread of turns."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations", db_index=False
    )
    title = models.CharField(max_length=TITLE_LIMIT)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "-asked_at"], name="conversation_recent")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("chat:conversation-detail", args=[self.uuid])

    def discard(self) -> None:
        """Hide the conversation from its owner and end its active turns; the purge removes it for good."""
        type(self).objects.filter(pk=self.pk, deleted_at=None).update(deleted_at=Now())
        self.turns.end(None)


def title_from(question: str) -> str:
    """Return a title of at most 80 characters, made of the first question and cut between words."""
    line = " ".join(question.split())
    if len(line) <= TITLE_LIMIT:
        return line
    head, space, _ = line[: TITLE_LIMIT - 1].rpartition(" ")
    return (head if space else line[: TITLE_LIMIT - 1]) + "…"
