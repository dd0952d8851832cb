"""How long a collection keeps its recordings, and the conversations that quote them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .collection import Collection


class Retention(models.Model):
    """The days for which a collection keeps recordings, and conversations that quote them; None for ever.

    It is stored when who sets it has seen what the next purge removes by it.
    """

    collection = models.OneToOneField(Collection, on_delete=models.CASCADE, primary_key=True, related_name="retention")
    recording_days = models.PositiveIntegerField(null=True)
    conversation_days = models.PositiveIntegerField(null=True)
    confirmed_by = models.CharField(max_length=150)
    confirmed_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(recording_days=None) | Q(recording_days__gte=1), name="recordings_are_kept_a_day"
            ),
            models.CheckConstraint(
                condition=Q(conversation_days=None) | Q(conversation_days__gte=1), name="conversations_are_kept_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collection_id}: {self.recording_days}, {self.conversation_days}"
