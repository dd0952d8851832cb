"""Requests of owners that a reviewer checks an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from . import review_policy
from .refusal import Conflict, InvalidRequest
from .reviewer import reviewers

if TYPE_CHECKING:
    from .turns.turn import Turn

NOTE_LIMIT = 1000
OPEN_LIMIT = 5
"""How many requests of one user may wait for a reviewer."""


class CheckRequestQuerySet(models.QuerySet["CheckRequest"]):
    """Requests for a check."""

    def waiting(self) -> CheckRequestQuerySet:
        """Return those that no reviewer has opened yet, of conversations that are not deleted, oldest first."""
        return self.filter(opened_at=None, turn__conversation__deleted_at=None).order_by("pk")

    def ask(self, turn: Turn, note: str = "") -> CheckRequest:
        """Ask for a check of a turn; asking again returns the same request. Raise ``InvalidRequest``."""
        if not review_policy.is_on():
            raise InvalidRequest("Nobody reviews answers on this site.")
        if not reviewers().exists():
            raise InvalidRequest("Nobody on this site is a reviewer yet. An administrator can make somebody one.")
        if not (turn.is_terminal and turn.answer):
            raise InvalidRequest("There is no finished answer yet that could be checked.")
        if len(note) > NOTE_LIMIT:
            raise InvalidRequest(f"A note may have at most {NOTE_LIMIT} characters; this one has {len(note)}.")
        with transaction.atomic():
            request, is_new = self.get_or_create(turn=turn, defaults={"note": note})
            if is_new and self.waiting().filter(turn__user=turn.user_id).count() > OPEN_LIMIT:
                raise InvalidRequest(f"{OPEN_LIMIT} of your questions wait for a check already.")
        return request

    def withdraw(self, turn: Turn) -> None:
        """Take a request back, if no reviewer has opened it. Raise ``Conflict`` if one has."""
        if not self.filter(turn=turn, opened_at=None).delete()[0] and self.filter(turn=turn).exists():
            raise Conflict("A reviewer has opened this question already, so it can no longer be taken back.")

    def mark_opened(self, turns: Iterable[int], reviewer: Any) -> int:
        """Store that a reviewer opens these turns, which ends the time in which their owners may withdraw."""
        return self.filter(turn__in=list(turns), opened_at=None).update(opened_at=Now(), opened_by=reviewer.pk)


class CheckRequest(models.Model):
    """The request of an owner that a reviewer checks one turn. It is withdrawn by its deletion, until it is opened."""

    turn = models.OneToOneField("chat.Turn", on_delete=models.CASCADE, related_name="check_request")
    note = models.CharField(max_length=NOTE_LIMIT, blank=True)
    asked_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = CheckRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_by__isnull=True) | Q(opened_at__isnull=False), name="a_reviewer_has_opened_it"
            ),
        ]
        indexes = [
            models.Index(fields=["turn"], condition=Q(opened_at__isnull=True), name="check_request_waiting"),
        ]

    def __str__(self) -> str:
        return f"check of turn {self.turn_id}"
