"""What the API tells of conversations, turns and recordings; docs/openapi.json is compared with this by a test."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from .. import models
from ..conversations.rendering import ShownTurn
from ..turns.events import Source


class Resource(Struct, frozen=True, kw_only=True):
    """Something that can be read."""


class Conversation(Resource, frozen=True, kw_only=True):
    """A thread of turns."""

    id: UUID
    title: str
    created_at: datetime
    asked_at: datetime

    @classmethod
    def of(cls, conversation: models.Conversation) -> Conversation:
        """Without its turns."""
        return cls(**_head(conversation))


class FilteredRecording(Resource, frozen=True, kw_only=True):
    """A recording in the filter of a question, with the title that it had then."""

    id: UUID
    title: str


class Failure(Resource, frozen=True, kw_only=True):
    """Why a turn failed, or was interrupted."""

    code: str
    message: str


class Turn(Resource, frozen=True, kw_only=True):
    """A question and its answer as far as it has come: the text of the chunks up to ``seq``.

    ``position`` is its place in the queue, from 1; null when it does not wait.
    """

    id: UUID
    question: str
    recordings: list[FilteredRecording]
    state: str
    position: int | None
    seq: int
    answer: str
    citations: list[Source]
    error: Failure | None
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, shown: ShownTurn) -> Turn:
        """As it is at one moment."""
        turn = shown.turn
        return cls(
            id=turn.uuid,
            question=turn.question,
            recordings=[FilteredRecording(id=UUID(each["id"]), title=each["title"]) for each in turn.recordings],
            state=turn.state,
            position=shown.position,
            seq=shown.seq,
            answer=shown.text,
            citations=[Source.of(citation) for citation in shown.citations],
            error=Failure(code=turn.failure, message=turn.message) if turn.failure else None,
            created_at=turn.created_at,
            ended_at=turn.ended_at,
        )


class ConversationPage(Resource, frozen=True, kw_only=True):
    """Conversations, the newest first; ``next`` leads to those after them."""

    conversations: list[Conversation]
    next: UUID | None


class ConversationWithTurns(Resource, frozen=True, kw_only=True):
    """A conversation with some of its turns, the oldest first; ``next`` leads to those after them."""

    id: UUID
    title: str
    created_at: datetime
    asked_at: datetime
    turns: list[Turn]
    next: UUID | None

    @classmethod
    def of(cls, conversation: models.Conversation, turns: list[ShownTurn], *, more: bool) -> ConversationWithTurns:
        """With these turns, after which there are ``more``."""
        following = turns[-1].turn.uuid if more else None
        return cls(**_head(conversation), turns=[Turn.of(shown) for shown in turns], next=following)


class Recording(Resource, frozen=True, kw_only=True):
    """A transcribed meeting or call; ``duration`` is in seconds."""

    id: UUID
    title: str
    recorded_on: date | None
    duration: float | None

    @classmethod
    def of(cls, recording: models.Recording) -> Recording:
        """Without its transcript."""
        return cls(
            id=recording.uuid, title=recording.title, recorded_on=recording.recorded_on, duration=recording.duration
        )


class RecordingPage(Resource, frozen=True, kw_only=True):
    """Recordings, the newest first; ``next`` leads to those after them."""

    recordings: list[Recording]
    next: UUID | None


def _head(conversation: models.Conversation) -> dict[str, Any]:  # keyword arguments
    return {
        "id": conversation.uuid,
        "title": conversation.title,
        "created_at": conversation.created_at,
        "asked_at": conversation.asked_at,
    }
