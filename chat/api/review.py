"""The review for the programs of reviewers: what may be opened, and a conversation, which is recorded as read first."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from msgspec import Meta, Struct

from ..body import body_in, typed
from ..conversations.rendering import PAGE, TurnPage, turns_after
from ..database import in_database
from ..models import (
    REASON_LENGTHS,
    AccessEvent,
    Conversation,
    How,
    InvalidRequest,
    Kind,
    NotFound,
    Opening,
    Pseudonym,
    Review,
    Turn,
    may_review,
    show_earlier_titles,
)
from ..review.reviewed import opened
from ..review.summary import summaries
from ..turns.nudges import REVIEWS_TOPIC
from ..turns.runner import runner
from . import resources
from .access import ApiRequest, api
from .listing import json_response, newest

_GONE = "This conversation does not exist, or you may not review it."
_WHY = f"Say in reason why you read this conversation, in at least {REASON_LENGTHS[0]} characters."


class Why(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a reviewer reads a conversation, which its owner sees, and the turn ``after`` which to read on.

    No reason is needed for turns whose owner asked for a check, or which the published rule picks.
    """

    reason: Annotated[str, Meta(max_length=REASON_LENGTHS[-1])] = ""
    after: UUID | None = None


@api("GET")
async def conversations(request: ApiRequest) -> HttpResponse:
    """Return a page of the conversations that the reviewer may open, without anything that was said."""
    return json_response(await in_database(_listed, request))


@api("POST")
async def conversation(request: ApiRequest, uuid: UUID) -> HttpResponse:
    """Return a conversation with a page of its turns, once it is recorded that they are read."""
    why = body_in(request, Why, what="reason")
    response = json_response(await in_database(_read, request.login_session.user, uuid, why))
    response["Cache-Control"] = "no-store"
    return response


def _listed(request: ApiRequest) -> resources.ReviewPage:
    reviewer = request.login_session.user
    if not may_review(reviewer.pk):
        raise NotFound("Only reviewers find something at this address.")
    page, next_after = newest(Review.of(reviewer).conversations(), request)
    names = Pseudonym.objects.of_each({each.user_id for each in page})
    found = summaries([each.pk for each in page])
    rows = [resources.ListedForReview.of(each, names[each.user_id], found[each.pk]) for each in page]
    return resources.ReviewPage(conversations=rows, next=next_after)


def _read(reviewer: Any, uuid: UUID, why: Why) -> resources.ReviewedConversation:
    """Record that a conversation is read, and return it. Raise ``NotRecorded``, ``NotFound`` or ``InvalidRequest``."""
    conversation = Review.of(reviewer).conversations().filter(uuid=uuid).first()
    if conversation is None:
        raise NotFound(_GONE)
    show_earlier_titles([conversation], reviewer.pk)
    opening = _opening(reviewer, conversation, " ".join(typed(why.reason).split()))
    read = turns_after(conversation, reviewer.pk, _after(opening, why.after), among=opening.turns)
    AccessEvent.objects.record(
        Kind.READ,
        actor=reviewer,
        how=How.API,
        owner_id=conversation.user_id,
        conversation=conversation.uuid,
        turns=[shown.turn.uuid for shown in read],
        reason=opening.reason,
    )
    runner.wake(REVIEWS_TOPIC)
    return resources.ReviewedConversation(
        id=conversation.uuid,
        owner=Pseudonym.objects.of(conversation.user_id),
        title="" if opening.others else conversation.title,
        created_at=conversation.created_at,
        asked_at=conversation.asked_at,
        reason=opening.reason,
        others=opening.others,
        turns=list(map(resources.Turn.of, opened(TurnPage(read), opening, reviewer).turns)),
        next=read[-1].turn.uuid if len(read) == PAGE else None,
    )


def _opening(reviewer: Any, conversation: Conversation, reason: str) -> Opening:
    """Return what may be read, with the reason for it. Raise ``InvalidRequest`` if one has to be typed."""
    if 0 < len(reason) < REASON_LENGTHS[0]:
        raise InvalidRequest(_WHY)
    opening = Review.of(reviewer).may_open(conversation, reason)
    if opening is None:
        raise NotFound(_GONE)
    if not opening.reason:
        raise InvalidRequest(_WHY)
    return opening


def _after(opening: Opening, uuid: UUID | None) -> Turn | None:
    if uuid is None:
        return None
    turn = opening.turns.filter(uuid=uuid).first()
    if turn is None:
        raise NotFound("The item that after names no longer exists.")
    return turn
