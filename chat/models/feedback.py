"""What owners think of the answers that they got: thumbs up or down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from .export import Export
from .refusal import InvalidRequest

if TYPE_CHECKING:
    from .turns.turn import Turn

FEEDBACK_LIMIT = 1000


class Feedback(Export):
    """The owner's thumb for one turn, which they may change and withdraw. It is sent to MLflow after the trace.

    A withdrawn one that MLflow may have keeps its row, without a thumb, until MLflow has removed it.
    """

    class Thumb(models.TextChoices):
        """Whether the answer helped."""

        UP = "up", "Thumbs up"
        DOWN = "down", "Thumbs down"

    class Reason(models.TextChoices):
        """What is wrong with an answer that gets a thumbs down."""

        WRONG = "wrong", "It is wrong"
        INVENTED = "invented", "It is not in the recordings"
        SOURCES = "sources", "The sources do not fit"
        INCOMPLETE = "incomplete", "Something is missing"
        UNCLEAR = "unclear", "It is hard to understand"
        OTHER = "other", "Something else"

    turn = models.OneToOneField("chat.Turn", on_delete=models.CASCADE, related_name="feedback")
    thumb = models.CharField(max_length=4, choices=Thumb.choices, blank=True)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    text = models.CharField(max_length=FEEDBACK_LIMIT, blank=True)
    given_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(thumb__in=["up", "down", ""]), name="thumb_is_known"),
            models.CheckConstraint(
                condition=Q(reason="")
                | Q(
                    thumb="down",
                    reason__in=["wrong", "invented", "sources", "incomplete", "unclear", "other"],
                ),
                name="thumbs_down_has_a_known_reason",
            ),
            models.CheckConstraint(condition=~Q(thumb="") | Q(text=""), name="withdrawn_feedback_says_nothing"),
        ]
        indexes = [
            models.Index(fields=["claimed_until"], condition=Q(exported_at__isnull=True), name="feedback_waiting"),
            models.Index(fields=["thumb", "turn"], name="feedback_thumb"),
        ]

    def __str__(self) -> str:
        return f"thumbs {self.thumb}: turn {self.turn_id}"

    @classmethod
    def give(cls, turn: Turn, thumb: str, reason: str = "", text: str = "") -> Self:
        """Store the owner's thumb, in place of an earlier one. Raise ``InvalidRequest`` if it is not valid.

        A reason belongs to a thumbs down, and is dropped with a thumbs up.
        """
        if not (turn.is_terminal and turn.answer):
            raise InvalidRequest("There is no finished answer yet that you could judge.")
        if thumb not in cls.Thumb.values or reason not in ("", *cls.Reason.values):
            raise InvalidRequest("This form was incomplete. Please send it again.")
        if len(text) > FEEDBACK_LIMIT:
            raise InvalidRequest(f"At most {FEEDBACK_LIMIT} characters fit here; these are {len(text)}.")
        content = {"thumb": thumb, "reason": reason if thumb == cls.Thumb.DOWN else "", "text": text}
        feedback, _ = cls.objects.update_or_create(turn=turn, defaults=content | cls._unsent())
        return feedback

    @classmethod
    def withdraw(cls, turn: Turn) -> None:
        """Remove the owner's thumb; what MLflow may have of it is removed later."""
        own = cls.objects.filter(turn=turn)
        own.exclude(turn__trace_export__exported_at__isnull=False).delete()
        own.update(thumb="", reason="", text="", **cls._unsent())

    @classmethod
    def waiting(cls) -> QuerySet[Self]:
        """Return the waiting feedback on turns that have a trace in MLflow and whose conversation is not deleted."""
        traced = super().waiting().filter(turn__trace_export__exported_at__isnull=False)
        return traced.filter(turn__conversation__deleted_at=None).select_related("turn__user")

    def mark_sent(self) -> None:
        """Store that MLflow has the feedback. If it changed meanwhile, send it again; remove a withdrawn one."""
        unchanged = self.row(self).filter(given_at=self.given_at)
        if not self.thumb:
            unchanged.delete()
        elif not unchanged.update(exported_at=Now()):
            self.row(self).update(exported_at=None, claimed_until=Now())

    @staticmethod
    def _unsent() -> dict[str, object]:
        # The site's clock: SQLite stores Now() with fewer digits than the times that it is compared with.
        return {"given_at": timezone.now(), "attempts": 0, "claimed_until": Now(), "exported_at": None}
