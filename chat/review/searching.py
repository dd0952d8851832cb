"""The search in texts: it asks why first, and each conversation that it shows is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from ..models import AccessEvent, Conversation, How, Kind, Read, Review, review_policy
from ..search.conversations import in_conversations, turns_with
from ..search.query import parsed
from .remembered import Remembered, Search

SEARCH = "search"
"""The parameter of the list with the name of a search; its words stand in no address."""


def search_of(request: HttpRequest) -> Search | None:
    """Return the search that the list of a request has; None if there is none, or it was an hour ago."""
    return Remembered(request.session).search(request.GET.get(SEARCH, ""))


def found(request: Any, search: Search, conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Return those of these conversations in which the words of a search occur, where the reviewer may read them.

    A title is made from the first question: it is searched only where all questions may be read.
    """
    query, reviewer = parsed(search.words), request.user.pk
    turns = Review(reviewer).turns()
    if review_policy.policy() == review_policy.Policy.ALL or not query.terms:
        return in_conversations(query, conversations, reader_id=reviewer, among=turns)
    matching = turns_with(query, conversations, reader_id=reviewer, among=turns)
    return conversations.filter(pk__in=matching.order_by().values("conversation"))


def record_found(request: Any, search: Search, shown: Sequence[Conversation]) -> None:
    """Record the search, and each conversation that it shows with its turns that have the words.

    Raise ``NotRecorded``.
    """
    named = {"actor": request.user, "how": How.SEARCH, "reason": search.reason}
    AccessEvent.objects.record(Kind.SEARCHED, **named, details={"shown": len(shown)})
    turns: dict[int, list[UUID]] = {conversation.pk: [] for conversation in shown}
    conversations = Conversation.objects.filter(pk__in=list(turns))
    among = Review.of(request.user).turns().filter(conversation__in=list(turns))
    matching = turns_with(parsed(search.words), conversations, reader_id=request.user.pk, among=among)
    for pk, uuid in matching.order_by("pk").values_list("conversation", "uuid"):
        turns[pk].append(uuid)
    reads = [Read(each.user_id, each.uuid, turns[each.pk]) for each in shown]
    AccessEvent.objects.record_reads(Kind.FOUND, reads, **named)
