"""The conversations in the sidebar of every page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet

from ..models import ACTIVE, Conversation, Turn

RECENT = 60
"""Most conversations in the sidebar; the archive has the rest."""


def recent_conversations(user: User) -> dict[str, Any]:
    """Return the context of ``chat/_conversations.html``."""
    conversations = list(own_conversations(user)[: RECENT + 1])
    return {"conversations": conversations[:RECENT], "has_more_conversations": len(conversations) > RECENT}


def own_conversations(user: User) -> QuerySet[Conversation]:
    """Return the user's conversations, last used first; ``is_active`` is true while a turn waits or streams in it."""
    active = Turn.objects.filter(conversation=OuterRef("pk"), state__in=ACTIVE)
    return Conversation.objects.of(user.pk).annotate(is_active=Exists(active))
