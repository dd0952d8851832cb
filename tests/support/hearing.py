"""What a search may look at, in tests that are not about who hears what."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import get_user_model

from chat.models import Filter, Scope


def scope_of(*recordings: UUID) -> Scope:
    """Return the scope of a user who hears what everyone hears: of these recordings, or of all without any."""
    user, _ = get_user_model().objects.get_or_create(username="listener")
    return Scope.begin(user.pk, Filter(recordings=recordings))
