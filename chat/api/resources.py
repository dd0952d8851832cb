"""Conversations, turns and recordings as the API returns them. A test compares docs/openapi.json with this module."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, convert

from .. import models
from ..conversations.shown_turn import ShownTurn
from ..review.summary import Summary
from ..turns.events import Source
from .quotation import Quotation


class Resource(Struct, frozen=True, kw_only=True):
    """Something that the API returns."""


class Conversation(Resource, frozen=True, kw_only=True):
    """A thread of turns."""

    id: UUID
    title: str
    created_at: datetime
    asked_at: datetime

    @classmethod
    def of(cls, conversation: models.Conversation) -> Conversation:
        """Return a conversation without its turns."""
        return cls(**_head(conversation))


class FilteredRecording(Resource, frozen=True, kw_only=True):
    """A recording in the filter of a question, with its title at that time. It has no id if you may not hear it."""

    id: UUID | None
    title: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> FilteredRecording:
        return cls(id=UUID(row["id"]) if row["id"] else None, title=row["title"])


class LimitedCollection(Resource, frozen=True, kw_only=True):
    """A collection that a question searches only, with its name at that time, if you may still hear it."""

    id: UUID
    name: str


class Limited(Resource, frozen=True, kw_only=True):
    """The collections, speakers and days that a question searches only; what is empty limits nothing."""

    collections: list[LimitedCollection]
    speakers: list[str]
    since: date | None
    until: date | None
    undated: bool

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Limited:
        """Return the limits that a turn has stored."""
        empty: dict[str, Any] = {"collections": [], "speakers": [], "since": None, "until": None, "undated": False}
        return convert(empty | stored, cls)


class Failure(Resource, frozen=True, kw_only=True):
    """Why a turn failed or was interrupted."""

    code: str
    message: str


class Feedback(Resource, frozen=True, kw_only=True):
    """The owner's thumb for an answer. A thumbs down may have a reason."""

    thumb: str
    reason: str
    text: str

    @classmethod
    def of(cls, feedback: models.Feedback) -> Feedback:
        """Return a thumb."""
        return cls(thumb=feedback.thumb, reason=feedback.reason, text=feedback.text)


class Check(Resource, frozen=True, kw_only=True):
    """The owner's request that a reviewer checks an answer; it can be taken back until one has opened it.

    ``opened_by`` is null until then, and if that user was deleted.
    """

    note: str
    asked_at: datetime
    opened_at: datetime | None
    opened_by: str | None

    @classmethod
    def of(cls, check: models.CheckRequest) -> Check:
        """Return a request for a check with the name of who has opened it."""
        opened_by = check.opened_by.get_username() if check.opened_by else None
        return cls(note=check.note, asked_at=check.asked_at, opened_at=check.opened_at, opened_by=opened_by)


class Label(Resource, frozen=True, kw_only=True):
    """What a reviewer says about an answer; ``reviewer`` is null if that user was deleted."""

    verdict: str
    comment: str
    reviewer: str | None
    labelled_at: datetime

    @classmethod
    def of(cls, label: models.ReviewLabel) -> Label:
        """Return a label with the name of its reviewer."""
        reviewer = label.reviewer.get_username() if label.reviewer else None
        return cls(verdict=label.verdict, comment=label.comment, reviewer=reviewer, labelled_at=label.labelled_at)


class Turn(Resource, frozen=True, kw_only=True):
    """A question and its answer so far: the text of the chunks up to ``seq``.

    ``searched`` counts the recordings in which the answer was looked for, if ``recordings`` or ``limits`` chose some.
    ``position`` is its place in the queue, from 1; null if it is not queued. ``given`` has the passages that the model
    got, if the answer cites none. ``credit`` says that an AI has written the answer, with the name of the model: show
    it with the answer. It is empty while no model has answered. ``labels`` are the latest first.
    """

    id: UUID
    question: str
    recordings: list[FilteredRecording]
    limits: Limited
    searched: int | None
    state: str
    position: int | None
    seq: int
    answer: str
    credit: str
    citations: list[Source]
    given: list[Source]
    quotations: list[Quotation]
    error: Failure | None
    feedback: Feedback | None
    check: Check | None
    labels: list[Label]
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, shown: ShownTurn) -> Turn:
        turn, judged = shown.turn, shown.judged
        citations, given = Source.split(shown.citations)
        return cls(
            id=turn.uuid,
            question=turn.question,
            recordings=list(map(FilteredRecording.of, shown.filter)),
            limits=Limited.of(shown.limits),
            searched=turn.searched,
            state=turn.state,
            position=shown.position,
            seq=shown.seq,
            answer=shown.text,
            credit=shown.credit,
            citations=citations,
            given=given if turn.is_complete else [],
            quotations=list(map(Quotation.of, shown.quotations)),
            error=Failure(code=turn.failure, message=turn.message) if turn.failure else None,
            feedback=Feedback.of(judged.feedback) if judged.feedback else None,
            check=Check.of(judged.check) if judged.check else None,
            labels=list(map(Label.of, judged.labels)),
            created_at=turn.created_at,
            ended_at=turn.ended_at,
        )


class ConversationPage(Resource, frozen=True, kw_only=True):
    """Conversations, newest first; ``next`` is the ``after`` of the next page, null on the last."""

    conversations: list[Conversation]
    next: UUID | None


class ConversationWithTurns(Resource, frozen=True, kw_only=True):
    """A conversation with a page of its turns, oldest first; ``next`` is the ``after`` of the next page, or null."""

    id: UUID
    title: str
    created_at: datetime
    asked_at: datetime
    turns: list[Turn]
    next: UUID | None

    @classmethod
    def of(cls, conversation: models.Conversation, turns: list[ShownTurn], *, more: bool) -> ConversationWithTurns:
        """Return a conversation with these turns, after which there are ``more``."""
        next_after = turns[-1].turn.uuid if more else None
        return cls(**_head(conversation), turns=[Turn.of(shown) for shown in turns], next=next_after)


class ListedForReview(Resource, frozen=True, kw_only=True):
    """A conversation in the list of the review, without anything that was said.

    ``owner`` is a pseudonym. The others count its turns: all of them, those in each state, with each failure, with each
    label, and with what the owner says: ``up``, ``down``, or ``check``, which asks for a check that nobody has opened.
    """

    id: UUID
    owner: str
    created_at: datetime
    asked_at: datetime
    turns: int
    states: dict[str, int]
    failures: dict[str, int]
    labels: dict[str, int]
    said: dict[str, int]

    @classmethod
    def of(cls, conversation: models.Conversation, owner: str, summary: Summary) -> ListedForReview:
        """Return a conversation under the pseudonym of its owner."""
        return cls(
            id=conversation.uuid,
            owner=owner,
            created_at=conversation.created_at,
            asked_at=conversation.asked_at,
            turns=summary.states.total(),
            states=dict(summary.states),
            failures=dict(summary.failures),
            labels=dict(summary.labels),
            said=dict(summary.said),
        )


class ReviewPage(Resource, frozen=True, kw_only=True):
    """Conversations for the review, newest first; ``next`` is the ``after`` of the next page, null on the last."""

    conversations: list[ListedForReview]
    next: UUID | None


class ReviewedConversation(Resource, frozen=True, kw_only=True):
    """A conversation as a reviewer reads it, who sees a pseudonym for its owner, and a page of its turns.

    ``others`` counts the turns that the reviewer may not open, or not without a reason; then ``title`` is empty.
    ``reason`` is why it was read, as its owner sees it.
    """

    id: UUID
    owner: str
    title: str
    created_at: datetime
    asked_at: datetime
    reason: str
    others: int
    turns: list[Turn]
    next: UUID | None


def _head(conversation: models.Conversation) -> dict[str, Any]:  # Any: these are keyword arguments
    return {
        "id": conversation.uuid,
        "title": conversation.title,
        "created_at": conversation.created_at,
        "asked_at": conversation.asked_at,
    }
