"""The conversations beside every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from ..login_sessions import SignedInRequest
from ..models import Conversation, Turn

RECENT = 60
"""Conversations in the sidebar; the archive has the rest."""


def sidebar(request: SignedInRequest) -> dict[str, Any]:
    """What the template of the sidebar needs."""
    found = list(own_conversations(request)[: RECENT + 1])
    return {
        "conversations": found[:RECENT],
        "has_more_conversations": len(found) > RECENT,
        "is_signed_in_by_proxy": bool(settings.TRUSTED_PROXY),
    }


def own_conversations(request: SignedInRequest) -> QuerySet[Conversation]:
    """The user's conversations, the last used first; ``is_active`` while a turn waits or streams in it."""
    active = Turn.objects.filter(conversation=OuterRef("pk"), state__in=Turn.ACTIVE)
    return Conversation.objects.of(request.user.pk).annotate(is_active=Exists(active))
