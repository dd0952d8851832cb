"""Files that people and programs send, until a recording is made of them: batches, and the files in them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import PurePosixPath

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from .collection import Collection
from .consent_note import LINK_LIMIT, TOLD_LIMIT
from .consent_note import Consent as ConsentSays
from .hold import refuse_if_held
from .processing import Job
from .recording import Recording

INCOMING = "incoming"
"""The folder in the storage."""


class UploadState(models.TextChoices):
    """How far a file is: pieces are missing, all are stored, its job has begun; or the site does not take it."""

    OPEN = "open", "open"
    STORED = "stored", "stored"
    BEGUN = "begun", "begun"
    REFUSED = "refused", "refused"
    DUPLICATE = "duplicate", "duplicate"


ENDED_UPLOADS = (UploadState.BEGUN, UploadState.REFUSED, UploadState.DUPLICATE)
"""The states in which an upload has no file of its own in the storage."""


class UploadBatch(models.Model):
    """Files that somebody sends together: what was asked once for all of them.

    ``key`` is the id that a program has given to its request, so that a repeated one makes no second batch.
    """

    TITLE_LIMIT = 200

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="upload_batches")
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="upload_batches")
    key = models.UUIDField(null=True)
    title = models.CharField(max_length=TITLE_LIMIT, blank=True)
    recorded_on = models.DateField(null=True)
    told = models.CharField(max_length=TOLD_LIMIT, blank=True)
    told_on = models.DateField(null=True)
    link = models.CharField(max_length=LINK_LIMIT, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="one_batch_of_a_key"),
            models.CheckConstraint(
                condition=Q(told="", told_on=None, link="") | (~Q(told="") & Q(told_on__isnull=False)),
                name="batch_has_a_whole_consent_note",
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.uuid}"

    def refuse_if_held(self) -> None:
        """Raise ``Held`` if a legal hold keeps what is brought to the collection."""
        refuse_if_held(Collection.objects.filter(pk=self.collection_id))

    @property
    def consent(self) -> ConsentSays | None:
        """The consent note that the recordings get, if it was given."""
        return ConsentSays(self.told, self.told_on, self.link) if self.told and self.told_on else None


class UploadQuerySet(models.QuerySet["Upload"]):
    """Files that are sent; every look-up for a user starts from ``of``."""

    def of(self, user_id: int) -> UploadQuerySet:
        """Return the files of this user, the newest batch first."""
        return self.filter(batch__user=user_id).select_related("batch").order_by("-batch", "pk")

    def abandoned(self, days: int) -> UploadQuerySet:
        """Return those of which nothing has arrived for so many days."""
        return self.filter(state=UploadState.OPEN, touched_at__lt=Now() - timedelta(days=days))

    def forgotten(self, days: int) -> UploadQuerySet:
        """Return those that have ended that long ago, and of which there is no job and no recording."""
        return self.filter(
            state__in=ENDED_UPLOADS, job=None, recording=None, touched_at__lt=Now() - timedelta(days=days)
        )

    def unfinished(self) -> UploadQuerySet:
        """Return those of which the storage has pieces, or a file that no job has yet."""
        return self.exclude(state__in=ENDED_UPLOADS)

    def made_into(self, recording: Recording) -> UploadQuerySet:
        """Return those of which a recording was made."""
        return self.filter(Q(recording=recording) | Q(job__in=Job.objects.filter(recording=recording)))


class Upload(models.Model):
    """One file of a batch. ``received`` bytes of its ``size`` are stored for good; it can be continued from there.

    ``pair`` numbers the recordings of a batch: a transcript and the audio of the same name have the same number.
    ``sha256`` is what the sender says, until the site has all of it and has computed its own.
    """

    NAME_LIMIT = 200
    PIECE = 8 * 1024 * 1024
    """Bytes of each piece of a file but the last, which may have fewer."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(UploadBatch, on_delete=models.CASCADE, related_name="uploads", db_index=False)
    pair = models.PositiveIntegerField()
    is_transcript = models.BooleanField()
    name = models.CharField(max_length=NAME_LIMIT)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=9, choices=UploadState.choices, default=UploadState.OPEN)
    error = models.CharField(max_length=500, blank=True)
    """Why the site does not take it, in words for the sender."""
    touched_at = models.DateTimeField(db_default=Now())
    """When a piece of it arrived last."""
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="uploads")
    recording = models.ForeignKey(Recording, null=True, on_delete=models.SET_NULL, related_name="+")
    """What has become of it; until the purge has noted it, its job knows."""

    objects = UploadQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch", "pair", "is_transcript"], name="one_file_of_a_kind_in_a_pair"),
            models.CheckConstraint(condition=Q(size__gte=1) & Q(received__lte=F("size")), name="received_at_most_all"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "stored", "begun", "refused", "duplicate"]), name="upload_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["stored", "begun", "duplicate"]) | Q(received=F("size")),
                name="stored_upload_is_whole",
            ),
            models.CheckConstraint(condition=Q(error="") | Q(state="refused"), name="only_a_refusal_has_an_error"),
        ]
        indexes = [
            models.Index(fields=["touched_at"], condition=Q(state__in=["open", "stored"]), name="upload_unfinished"),
            models.Index(fields=["sha256"], condition=~Q(sha256=""), name="upload_content"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stored_as(self) -> str:
        """The name of the whole file in the storage."""
        return f"{INCOMING}/{self.uuid}{PurePosixPath(self.name).suffix.lower()}"

    @property
    def offsets(self) -> range:
        """Where its pieces begin."""
        return range(0, self.size, self.PIECE)

    def piece_at(self, offset: int) -> int:
        """Return how many bytes the piece that begins there has; 0 if none begins there."""
        return min(self.PIECE, self.size - offset) if offset in self.offsets else 0

    def advance(self, offset: int, length: int) -> bool:
        """Store that the next piece is stored for good; False if another request has said so, or it has ended."""
        rows = Upload.objects.filter(pk=self.pk, state=UploadState.OPEN, received=offset)
        is_next = bool(rows.update(received=offset + length, touched_at=Now()))
        if is_next:
            self.received, self.state = offset + length, UploadState.OPEN
        return is_next

    def refuse(self, error: str) -> bool:
        """Do not take the file; False if it has ended before."""
        rows = Upload.objects.unfinished().filter(pk=self.pk)
        return bool(rows.update(state=UploadState.REFUSED, error=error[:500], touched_at=Now()))

    def end(self, state: UploadState, *, sha256: str) -> bool:
        """Leave the state ``open``; False if it has been left before."""
        rows = Upload.objects.filter(pk=self.pk, state=UploadState.OPEN)
        return bool(rows.update(state=state, sha256=sha256, touched_at=Now()))
