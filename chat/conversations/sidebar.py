"""The conversations in the sidebar of every page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet

from ..models import ACTIVE, Conversation, Prepared, Turn, show_earlier_titles
from .judged import note_unseen

RECENT = 60
"""Most conversations in the sidebar; the archive has the rest."""


def recent_conversations(user: User) -> dict[str, Any]:
    """Return the context of ``chat/_conversations.html``."""
    conversations = _recent.fetch(user=user.pk)
    show_earlier_titles(conversations, user.pk)
    return {"conversations": conversations, "has_unseen_elsewhere": note_unseen(conversations, user.pk)}


def own_conversations(user_id: int) -> QuerySet[Conversation]:
    """Return a user's conversations, last used first; ``is_active`` is true while a turn waits or streams in it."""
    active = Turn.objects.filter(conversation=OuterRef("pk"), state__in=ACTIVE)
    return Conversation.objects.of(user_id).annotate(is_active=Exists(active))


_recent = Prepared(lambda user: own_conversations(user)[:RECENT], user=BigIntegerField())
