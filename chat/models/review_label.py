"""What reviewers say of answers."""

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


class ReviewLabel(Export):
    """What one reviewer says of one turn; they may change their mind. MLflow gets it where it has the turn's trace."""

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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["turn", "reviewer"], name="one_label_of_a_reviewer"),
            models.CheckConstraint(condition=Q(verdict__in=["good", "partly", "wrong"]), name="verdict_is_known"),
        ]
        indexes = [
            models.Index(fields=["claimed_until"], condition=Q(exported_at__isnull=True), name="review_label_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.verdict}: turn {self.turn_id}"

    @classmethod
    def give(cls, turn: Turn, reviewer: User, verdict: str, comment: str) -> Self:
        """Say what a reviewer thinks, anew if they have said something. Raises ``InvalidRequest``."""
        if not turn.is_terminal:
            raise InvalidRequest("This question is still being answered. Please label it when it has ended.")
        if verdict not in cls.Verdict.values:
            raise InvalidRequest("Please choose a label.")
        if len(comment) > COMMENT_LIMIT:
            raise InvalidRequest(f"A comment may have {COMMENT_LIMIT} characters; this one has {len(comment)}.")
        # The site's own time: SQLite's Now() is text of another length than what a time is compared as.
        said = {"verdict": verdict, "comment": comment, "labelled_at": timezone.now()}
        unsent = {"attempts": 0, "claimed_until": Now(), "exported_at": None}
        label, _ = cls.objects.update_or_create(turn=turn, reviewer=reviewer, defaults=said | unsent)
        return label

    @classmethod
    def waiting(cls) -> QuerySet[Self]:
        """Those of turns whose traces are there."""
        traced = super().waiting().filter(turn__trace_export__exported_at__isnull=False)
        return traced.select_related("turn", "reviewer")

    def sent(self) -> None:
        """MLflow has it. If the reviewer changed their mind meanwhile, it is sent anew: nobody knows what came last."""
        if not self.row(self).filter(labelled_at=self.labelled_at).update(exported_at=Now()):
            self.row(self).update(exported_at=None, claimed_until=Now())
