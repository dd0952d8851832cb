"""The queue of a login session, in which questions are submitted, wait, and are claimed or cancelled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from ..conversation import Conversation
from ..daily_budget import DailyBudget
from ..limits import NO_LIMITS, Limits
from ..login_session import LoginSession, SignIn
from ..recording import Recording
from ..refusal import Conflict, InvalidRequest, NotFound, QueueFull, RateLimited, SignedOut
from . import asked
from .lost_logins import lost_logins
from .question import cleaned
from .standing import Standing, is_busy
from .standing import standing as standing_of
from .starting import is_any_queued, start
from .state import State
from .streaming import StreamingQuerySet

if TYPE_CHECKING:
    from .turn import Turn

QUEUE_LIMIT = 5


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A submitted question. ``conversation=None`` starts a new conversation; empty ``recordings`` mean all.

    It is refused if ``sign_in`` no longer counts. A page, or a program, whose sign-in was just checked, has none.
    """

    request_id: UUID
    question: str
    conversation: UUID | None = None
    recordings: tuple[UUID, ...] = ()
    limits: Limits = NO_LIMITS
    retry_of: UUID | None = None
    sign_in: SignIn | None = field(default=None, repr=False)  # it has a hash of a password

    def digest(self) -> str:
        """Return the SHA-256 (hex) of what is asked: it tells a repeated request from a different one."""
        parts: list[object] = [self.question, self.conversation, sorted(map(str, self.recordings)), self.retry_of]
        if self.limits:  # not otherwise, or a question would not be the same after an upgrade
            parts = [*parts, *self.limits.parts]
        return hashlib.sha256(json.dumps(parts, default=str).encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class Submitted:
    """The turn of a submission; whether that has started it, and whether it is the first of its conversation.

    Both are False for a turn that an earlier submission has made. ``budget`` is what the user has left, if questions
    are counted.
    """

    turn: Turn
    is_started: bool = False
    is_first: bool = False
    budget: DailyBudget | None = None


class QueueQuerySet(StreamingQuerySet):
    """``(none) → queued → streaming``."""

    def submit(self, login_session: LoginSession, submission: Submission) -> Turn:
        """Queue a question and return its turn; the same request id always returns the same turn.

        If it is refused, raise Conflict, InvalidRequest, NotFound, OverBudget, QueueFull, RateLimited or SignedOut, and
        change nothing.
        """
        return self.submit_to("", login_session, submission).turn

    def submit_to(self, owner: str, login_session: LoginSession, submission: Submission) -> Submitted:
        """Submit a question, and start it for ``owner`` at once, if that is not empty and nothing is before it."""
        try:
            with transaction.atomic():
                return self._submit(owner, login_session, submission)
        except IntegrityError:
            # Another login session of this user submitted the same request, and its transaction committed first.
            turn = self._turn_of_request(login_session, submission)
            if turn:
                return Submitted(turn)
            if not owner:
                raise
        # Or another process has just started a turn of the same conversation: this one waits for it.
        return self.submit_to("", login_session, submission)

    def submitted(self, login_session: LoginSession, submission: Submission) -> Turn:
        """Return the turn of an earlier submission. Raise Conflict, or NotFound if there was none."""
        turn = self._turn_of_request(login_session, submission)
        if turn is None:
            raise NotFound("There is no such answer to continue.")
        return turn

    def latest_of_question(self, login_session: LoginSession, submission: Submission) -> Turn:
        """Return the login session's newest turn of the same submission under any request id, or raise NotFound."""
        turns = self.filter(login_session=login_session, conversation__deleted_at=None)
        turn = turns.filter(ask_digest=submission.digest()).select_related("conversation").order_by("-pk").first()
        if turn is None:
            raise NotFound("There is no such answer to continue.")
        return turn

    def claim(self, owner: str) -> list[Turn]:
        """Start the queued turns that may start now for ``owner``, and return them, oldest first.

        No turn waits or streams before them in their login session or conversation, and their user is below the limit
        of streams.
        """
        started = (asked.streaming(pk, owner) for pk in start(owner))
        return [turn for turn in started if turn]

    def is_any_queued(self) -> bool:
        """Return whether a turn waits, of whomever."""
        return is_any_queued()

    def held_by(self, owner: str) -> list[Turn]:
        """Return the turns of this set that ``owner`` streams, oldest first."""
        held = self.streaming().filter(owner=owner)
        return list(held.select_related("conversation", "login_session").order_by("pk"))

    def lost_logins(self) -> list[LoginSession]:
        """Return the login sessions of queued and streaming turns that no longer count, whatever ended them."""
        return lost_logins()

    def positions(self) -> dict[UUID, int]:
        """Return the place in the queue, from 1, of each queued turn of this set (the turns of one login session)."""
        queued = self.filter(state=State.QUEUED).order_by("pk").values_list("uuid", flat=True)
        return {uuid: place for place, uuid in enumerate(queued, 1)}

    def _submit(self, owner: str, login_session: LoginSession, submission: Submission) -> Submitted:
        standing = standing_of(login_session, submission.request_id, submission.sign_in)
        if standing is None:
            raise SignedOut("You have been signed out.")
        if standing.turn_id:
            return Submitted(_checked(asked.turn(standing.turn_id), submission))
        question = cleaned(submission.question, limit=self.model.QUESTION_LIMIT)
        _check_limits(standing)
        conversation = _conversation(login_session.user_id, submission, question)
        recordings = _filter_snapshot(login_session.user_id, submission.recordings)
        limits = submission.limits.stored(login_session.user_id)
        retried = self._retried(conversation, submission, question)
        is_first = submission.conversation is None
        starts = bool(owner) and standing.may_start and (is_first or not is_busy(conversation.pk))
        owner = owner if starts else ""
        turn = asked.new_turn(login_session, conversation, submission, question, recordings, limits, retried, owner)
        # Last, so that whoever waits for the count of this user waits for nothing else.
        budget = DailyBudget.charge(login_session.user_id, turn.created_at) if standing.is_counted else None
        return Submitted(turn, is_started=starts, is_first=is_first, budget=budget)

    def _turn_of_request(self, login_session: LoginSession, submission: Submission) -> Turn | None:
        turn = asked.turn_of_request(login_session.user_id, submission.request_id)
        return turn and _checked(turn, submission)

    def _retried(self, conversation: Conversation, submission: Submission, question: str) -> Turn | None:
        if submission.retry_of is None:
            return None
        turn = self.filter(uuid=submission.retry_of, conversation=conversation).first()
        if turn is None:
            raise NotFound("The question that you want to ask again no longer exists.")
        if not turn.is_terminal or turn.question != question:
            raise InvalidRequest("You can ask a question again only after its answer has ended, and in the same words.")
        return turn


def _checked(turn: Turn, submission: Submission) -> Turn:
    """Return the turn of an earlier request. Raise ``Conflict`` if that asked something else."""
    if turn.ask_digest != submission.digest():
        raise Conflict("This request was already used for another question. Please send your question again.")
    return turn


def _check_limits(standing: Standing) -> None:
    if standing.queued + standing.streaming > QUEUE_LIMIT:
        raise QueueFull(f"{QUEUE_LIMIT} questions are already waiting. Wait for an answer, or cancel one of them.")
    if standing.last_minute >= settings.CHAT_QUESTIONS_PER_MINUTE:
        raise RateLimited("That was a lot of questions. Please wait a minute before the next one.")


def _conversation(user_id: int, submission: Submission, question: str) -> Conversation:
    if submission.conversation is None:
        return asked.new_conversation(user_id, question)
    conversation = asked.conversation_of(user_id, submission.conversation)
    if conversation is None:
        raise NotFound("This conversation no longer exists.")
    return conversation


def _filter_snapshot(user_id: int, chosen: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the ids and titles of the chosen recordings. One that the user does not hear is as one that is gone."""
    if not chosen:
        return []
    titles = dict(Recording.objects.heard_by(user_id).filter(uuid__in=chosen).values_list("uuid", "title"))
    if len(titles) != len(set(chosen)):
        raise NotFound("A recording in the filter no longer exists. Please choose again.")
    return [{"id": str(name), "title": titles[name]} for name in dict.fromkeys(chosen)]
