"""How long a collection keeps its recordings, and the conversations that quote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from .access.event import AccessEvent
from .access.kinds import How, Kind
from .collection import Collection
from .conversation import Conversation, ConversationQuerySet
from .hold import holds_over
from .quoting import quotes
from .recording import Recording, RecordingQuerySet
from .refusal import InvalidRequest

MOST_DAYS = 36_500


class Retention(models.Model):
    """The days for which a collection keeps recordings, and conversations that quote them; None for ever.

    It is stored when who sets it has seen what the next purge removes by it. Recordings count from the day on which
    they came in: that is known of each, and nothing that was just imported is gone in the morning. Conversations count
    from their last question; the shortest time of all that holds for one decides, also ``CHAT_RETENTION_DAYS``.
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

    @classmethod
    def of(cls, collection: Collection) -> Retention:
        """Return the retention of a collection; one that keeps everything where none is stored."""
        return cls.objects.filter(pk=collection.pk).first() or cls(collection=collection)

    @property
    def is_unlimited(self) -> bool:
        """Whether the collection keeps everything."""
        return self.recording_days is None and self.conversation_days is None

    @transaction.atomic
    def confirm(self, actor: User) -> None:
        """Store this retention, which ``actor`` has seen the effect of, with an event that the members see."""
        days = (self.recording_days, self.conversation_days)
        if any(each is not None and not 1 <= each <= MOST_DAYS for each in days):
            raise InvalidRequest(f"Days are a number from 1 to {MOST_DAYS:,}, or empty.")
        values = {"recording_days": days[0], "conversation_days": days[1]}
        Retention.objects.update_or_create(
            collection=self.collection,
            defaults=values | {"confirmed_by": actor.get_username(), "confirmed_at": Now()},
        )
        AccessEvent.objects.record_member(
            Kind.COLLECTION_CHANGED, actor=actor, how=How.PAGE, collection=self.collection.uuid, details=values
        )

    def recordings_due(self, at: datetime | None = None) -> RecordingQuerySet:
        """Return the recordings that are too old at a time (now), also those that a legal hold keeps."""
        if self.recording_days is None:
            return Recording.objects.none()
        before = (at or Now()) - timedelta(days=self.recording_days)
        return Recording.objects.filter(collection=self.collection_id, created_at__lt=before)

    @classmethod
    def too_short_for(cls, recording: Recording, collections: Iterable[Collection]) -> dict[int, int]:
        """Return the days of those of these collections in which a recording would be too old at once, by their key."""
        limited = cls.objects.filter(collection__in=list(collections)).exclude(recording_days=None)
        age = timezone.now() - recording.created_at
        return {pk: days for pk, days in limited.values_list("pk", "recording_days") if age > timedelta(days=days)}

    def conversations_due(self, at: datetime | None = None) -> ConversationQuerySet:
        """Return the conversations that quote the collection and are idle for too long, also those under a hold."""
        if self.conversation_days is None:
            return Conversation.objects.none()
        idle = Conversation.objects.idle(self.conversation_days, at)
        return idle.filter(quotes([self.collection_id]))


@dataclass(frozen=True)
class Removal:
    """What a purge removes of a collection by its retention, and how much of that a legal hold keeps."""

    collection: Collection
    recordings: int
    conversations: int
    kept: int

    def __str__(self) -> str:
        """Return it as a line for the console."""
        held = f"; legal holds keep {self.kept} more" if self.kept else ""
        return f"{self.collection}: {self.recordings} recordings, {self.conversations} conversations{held}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing is too old."""
        return not (self.recordings or self.conversations or self.kept)

    @classmethod
    def by(cls, retention: Retention, at: datetime | None = None) -> Removal:
        """Return what a retention, which need not be stored, removes at a time."""
        recordings, conversations = retention.recordings_due(at), retention.conversations_due(at)
        count, free = recordings.count(), conversations.free().count()
        held = bool(count) and bool(holds_over(Collection.objects.filter(pk=retention.collection_id)))
        kept = count * held + conversations.count() - free
        return cls(retention.collection, 0 if held else count, free, kept)


def removals(at: datetime | None = None) -> Iterator[Removal]:
    """Yield what the retention of each collection removes, where there is something."""
    for retention in Retention.objects.select_related("collection").order_by("collection__name"):
        removal = Removal.by(retention, at)
        if not removal.is_empty:
            yield removal


def next_purge() -> datetime | None:
    """Return when the site purges next, None if it does not do so itself."""
    if settings.PURGE_AT is None:
        return None
    now = timezone.localtime(timezone.now(), timezone.get_default_timezone())
    today = datetime.combine(now.date(), settings.PURGE_AT, now.tzinfo)
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), settings.PURGE_AT, now.tzinfo)
