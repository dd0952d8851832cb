"""The labels that reviewers give to answers."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from .export import Export
from .refusal import InvalidRequest
from .turns.turn import Turn

COMMENT_LIMIT = 1000


class ReviewLabelQuerySet(models.QuerySet["ReviewLabel"]):
    """Labels."""

    def unseen_by(self, owner_id: int) -> ReviewLabelQuerySet:
        """Return the labels of this owner's turns that they have not seen yet."""
        return self.filter(owner=owner_id, seen_at=None)

    def mark_seen(self) -> None:
        """Store that the owner has seen these labels."""
        self.filter(seen_at=None).update(seen_at=Now())


class ReviewLabel(Export):
    """One reviewer's label of one turn, which they may change. Its owner sees it below the answer.

    It is sent to MLflow after the trace of the turn.
    """

    class Verdict(models.TextChoices):
        """How good an answer is."""

        GOOD = "good", "Good"
        PARTLY = "partly", "Partly right"
        WRONG = "wrong", "Wrong"

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="review_labels")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    verdict = models.CharField(max_length=6, choices=Verdict.choices)
    comment = models.CharField(max_length=COMMENT_LIMIT, blank=True)
    labelled_at = models.DateTimeField(db_default=Now())
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    seen_at = models.DateTimeField(null=True)
    """When the owner of the turn has seen the label on its page."""

    objects = ReviewLabelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["turn", "reviewer"], name="one_label_of_a_reviewer"),
            models.CheckConstraint(condition=Q(verdict__in=["good", "partly", "wrong"]), name="verdict_is_known"),
        ]
        indexes = [
            models.Index(fields=["claimed_until"], condition=Q(exported_at__isnull=True), name="review_label_waiting"),
            models.Index(fields=["verdict", "turn"], name="review_label_verdict"),
            models.Index(fields=["owner", "turn"], condition=Q(seen_at__isnull=True), name="review_label_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict}: turn {self.turn_id}"

    @classmethod
    def give(cls, turn: Turn, reviewer: User, verdict: str, comment: str) -> Self:
        """Store a reviewer's label, in place of an earlier one. Raise ``InvalidRequest`` if it is not valid."""
        if not turn.is_terminal:
            raise InvalidRequest("This question is still being answered. Please label the answer when it is finished.")
        if verdict not in cls.Verdict.values:
            raise InvalidRequest("Please choose a label.")
        if len(comment) > COMMENT_LIMIT:
            raise InvalidRequest(f"A comment may have at most {COMMENT_LIMIT} characters; this one has {len(comment)}.")
        # The site's clock: SQLite stores Now() with fewer digits than the times that it is compared with.
        content = {"verdict": verdict, "comment": comment, "labelled_at": timezone.now()}
        unsent = {"attempts": 0, "claimed_until": Now(), "exported_at": None}
        owned = {"owner_id": turn.user_id, "seen_at": Now() if turn.user_id == reviewer.pk else None}
        label, _ = cls.objects.update_or_create(turn=turn, reviewer=reviewer, defaults=content | unsent | owned)
        return label

    @classmethod
    def waiting(cls) -> QuerySet[Self]:
        """Return the waiting labels of turns that have a trace in MLflow and whose conversation is not deleted."""
        traced = super().waiting().filter(turn__trace_export__exported_at__isnull=False)
        traced = traced.filter(turn__conversation__deleted_at=None)
        return traced.select_related("turn", "reviewer")

    def mark_sent(self) -> None:
        """Store that MLflow has the label. If it changed meanwhile, send it again: the order of arrival is unknown."""
        if not self.row(self).filter(labelled_at=self.labelled_at).update(exported_at=Now()):
            self.row(self).update(exported_at=None, claimed_until=Now())
