"""The conversations beside every page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet

from ..models import ACTIVE, Conversation, Turn

RECENT = 60
"""Conversations in the sidebar; the archive has the rest."""


def recent_conversations(user: User) -> dict[str, Any]:
    """Return what ``chat/_conversations.html`` needs."""
    found = list(own_conversations(user)[: RECENT + 1])
    return {"conversations": found[:RECENT], "has_more_conversations": len(found) > RECENT}


def own_conversations(user: User) -> QuerySet[Conversation]:
    """Return the user's conversations, the last used first; ``is_active`` while a turn waits or streams in it."""
    active = Turn.objects.filter(conversation=OuterRef("pk"), state__in=ACTIVE)
    return Conversation.objects.of(user.pk).annotate(is_active=Exists(active))
