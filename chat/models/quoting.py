"""Which conversations quote which collections, also recordings that were deleted from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet


def quotes(collections: Iterable[int]) -> Exists:
    """Return whether a conversation has a source in one of these collections, as a condition for conversations."""
    citations, deleted = _models()
    gone = deleted.filter(collection__in=collections).values("uuid")
    of_conversation = citations.filter(turn__conversation=OuterRef("pk"))
    return Exists(
        of_conversation.filter(Q(recording__collection__in=collections) | Q(recording=None, recording_uuid__in=gone))
    )


def quoted_in(conversations: QuerySet[Any]) -> list[QuerySet[Any]]:
    """Return the ids of the collections that these conversations quote, as two queries: of what is left, and gone."""
    citations, deleted = _models()
    used = citations.filter(turn__conversation__in=conversations.order_by().values("pk")).order_by()
    gone = deleted.filter(uuid__in=used.filter(recording=None).values("recording_uuid"))
    return [used.exclude(recording=None).values("recording__collection"), gone.values("collection")]


def _models() -> tuple[QuerySet[Any], QuerySet[Any]]:
    return tuple(apps.get_model("chat", name).objects.all() for name in ("Citation", "DeletedRecording"))
