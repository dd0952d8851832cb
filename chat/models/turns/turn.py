"""One question and one attempt at its answer."""

from __future__ import annotations

import uuid
from itertools import accumulate

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from .. import review_policy
from ..conversation import Conversation
from ..limits import Limits
from ..login_session import LoginSession
from ..scope import Filter
from . import asked
from .answer import Ending
from .lease import LeaseQuerySet
from .queue import QueueQuerySet
from .state import ENDED_EARLY, TERMINAL, Failure, Phase, State


class TurnQuerySet(QueueQuerySet, LeaseQuerySet):  # type: ignore[override]  # the plugin types as_manager per class
    """All transitions of turns: see ``queue``, ``lease`` and ``answer``."""

    def of(self, user_id: int) -> TurnQuerySet:
        """Return the turns that a user may see: those of their own conversations that are not deleted."""
        return self.filter(user_id=user_id, conversation__deleted_at=None)

    def open_to_review(self) -> TurnQuerySet:
        """Return the turns that a reviewer may open; nobody reads those of a deleted conversation."""
        kept = self.filter(conversation__deleted_at=None)
        return kept.filter(review_policy.is_open()) if review_policy.is_on() else kept.none()

    def picked_for_review(self) -> TurnQuerySet:
        """Return those of them that need no typed reason: their owners asked for a check, or the rule picks them."""
        return self.open_to_review().filter(review_policy.picked())


class Turn(models.Model):
    """One question and one attempt at its answer; asking again makes a new turn (``retry_of``).

    The schema enforces the rules: the constraints below and the triggers of ``triggers.py``. Every transition is one
    conditional UPDATE whose row count is checked; a lost race is an outcome, not an error.

    ``recordings`` is the filter at the time of the question: ``[{"id": uuid, "title": str}]``, empty for all, and
    ``limits`` what else it searches only, as ``Limits.stored`` makes it. ``searched`` counts the recordings in which
    the answer was looked for, known when it ends. While a turn streams, its chunks hold its answer, and only they tell
    its ``seq``. When it ends, they are compacted into ``answer``, and ``chunk_lengths`` (in code points) lets a cursor
    continue from any seq. ``passages`` are those that the search found (``found.FoundPassage``), only while it streams:
    then the citations have what the answer used of them.

    ``usage`` counts the tokens of all model calls, ``steps`` the milliseconds in each phase. Only the owner knows them,
    so an abandoned turn has none.
    """

    QUESTION_LIMIT = 8_000
    NOTHING_FOUND = "nothing_found"
    """The finish reason of an answer without a model, which says that the search has found nothing."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="turns", db_index=False)
    login_session = models.ForeignKey(LoginSession, on_delete=models.CASCADE, related_name="turns")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns", db_index=False)
    request_id = models.UUIDField()
    ask_digest = models.CharField(max_length=64)
    question = models.TextField()
    recordings = models.JSONField(default=list)
    limits = models.JSONField(null=True)
    searched = models.PositiveIntegerField(null=True)
    retry_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="retries")

    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    phase = models.CharField(max_length=12, choices=Phase, blank=True)
    seq = models.PositiveIntegerField(default=0)
    answer = models.TextField(blank=True)
    chunk_lengths = models.JSONField(default=list)
    passages = models.JSONField(null=True)
    finish_reason = models.CharField(max_length=40, blank=True)
    failure = models.CharField(max_length=20, choices=Failure, blank=True)
    model_name = models.CharField(max_length=120, blank=True)
    usage = models.JSONField(null=True)
    steps = models.JSONField(null=True)

    owner = models.CharField(max_length=200, null=True)
    fence = models.PositiveIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True)
    stop_requested_at = models.DateTimeField(null=True)
    stop_seen = models.PositiveIntegerField(null=True)

    is_drawn = models.BooleanField(null=True)
    """Whether the turn is in the random share that reviewers read, as the rule was when it was asked."""

    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    """When words of a speaker who was erased were last removed from it, after it had ended."""

    objects = TurnQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["conversation", "id"], name="turn_of_conversation"),
            models.Index(fields=["login_session", "id"], condition=Q(state="queued"), name="turn_queue"),
            models.Index(fields=["user", "created_at"], name="turn_rate"),
            models.Index(fields=["ended_at"], name="turn_ended"),
            models.Index(
                fields=["state", "failure", "conversation"], condition=Q(state__in=ENDED_EARLY), name="turn_ended_early"
            ),
            models.Index(fields=["conversation"], condition=Q(is_drawn=True), name="turn_drawn"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "request_id"], name="one_turn_per_request"),
            models.UniqueConstraint(
                fields=["login_session"], condition=Q(state="streaming"), name="one_stream_per_login_session"
            ),
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(state="streaming"), name="one_stream_per_conversation"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["queued", "streaming", "complete", "stopped", "failed", "interrupted", "cancelled"]
                ),
                name="turn_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="streaming", owner__isnull=False, lease_expires_at__isnull=False)
                | (~Q(state="streaming") & Q(owner__isnull=True, lease_expires_at__isnull=True)),
                name="streaming_is_leased",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "streaming"], ended_at__isnull=True)
                | (~Q(state__in=["queued", "streaming"]) & Q(ended_at__isnull=False)),
                name="terminal_has_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="complete") | ~Q(finish_reason=""), name="complete_has_finish_reason"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["failed", "interrupted"]) & ~Q(failure=""))
                | (~Q(state__in=["failed", "interrupted"]) & Q(failure="")),
                name="failure_says_why",
            ),
            models.CheckConstraint(
                condition=Q(stop_seen__isnull=True) | Q(stop_requested_at__isnull=False), name="stop_seen_with_stop"
            ),
            models.CheckConstraint(condition=Q(retry_of__isnull=True) | ~Q(retry_of=F("id")), name="retry_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.question[:60]} ({self.state})"

    @property
    def is_queued(self) -> bool:
        """Whether the turn waits for its runner."""
        return self.state == State.QUEUED

    @property
    def is_streaming(self) -> bool:
        """Whether its answer is being written."""
        return self.state == State.STREAMING

    @property
    def is_complete(self) -> bool:
        """Whether its answer was written to the end."""
        return self.state == State.COMPLETE

    @property
    def is_broken(self) -> bool:
        """Whether its answer has ended before its end."""
        return self.is_terminal and not self.is_complete

    @property
    def is_withdrawn(self) -> bool:
        """Whether it ended because its user could not hear any more what its answer is from."""
        return self.failure == Failure.WITHDRAWN

    @property
    def is_terminal(self) -> bool:
        """Whether the turn has ended, and so never changes again."""
        return self.state in TERMINAL

    @property
    def message(self) -> str:
        """The message for the user about a turn that failed or was interrupted; empty for other turns."""
        return Failure(self.failure).label if self.failure else ""

    def ended_with(self, ending: Ending) -> Turn:
        """Return the turn as it is once it has ended like this, without the facts that only reviewers see."""
        ended = Turn.__new__(Turn)
        vars(ended).update(vars(self))  # what ``copy`` does, in a tenth of the time
        ended.state, ended.phase, ended.seq, ended.answer = ending.state, "", len(ending.chunks), "".join(ending.chunks)
        ended.finish_reason, ended.failure, ended.model_name = ending.finish_reason, ending.failure, ending.model_name
        ended.searched = ending.searched
        return ended

    def filter(self) -> Filter:
        """Return what the question searches only."""
        return Limits.of(self.limits).filter(tuple(uuid.UUID(recording["id"]) for recording in self.recordings))

    def exchanges_before(self, most: int) -> list[asked.Exchange]:
        """Return up to ``most`` questions and answers of the conversation before this turn, oldest first."""
        return asked.exchanges_before(self, most)

    @property
    def step_times(self) -> list[tuple[str, int]]:
        """The phases of the turn, in their usual order, each with its duration in milliseconds."""
        steps = self.steps or {}
        return [(phase, steps[phase]) for phase in Phase.values if phase in steps]

    def position(self) -> int | None:
        """Return the place in the queue of the login session, from 1; None if the turn is not queued."""
        return asked.position(self) if self.state == State.QUEUED else None

    def answer_after(self, seq: int) -> list[str]:
        """Return the chunks seq+1..n of a turn that has ended."""
        ends = [0, *accumulate(self.chunk_lengths)]
        return [self.answer[start:end] for start, end in zip(ends[seq:], ends[seq + 1 :], strict=False)]
