"""The data of a user as a file that they asked for: how far it is, and the file itself, in parts."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from .heard import heard_of

KEPT = timedelta(days=1)
"""How long a file can be fetched."""
LEASE = timedelta(seconds=30)
"""How long a process may work on it without progress, by the database's clock."""


class DataExportQuerySet(models.QuerySet["DataExport"]):
    """Exports; every look-up for a user starts from ``of``."""

    def of(self, user_id: int) -> DataExportQuerySet:
        """Return the exports of this user that are kept."""
        return self.filter(user_id=user_id, asked_at__gt=Now() - KEPT).order_by("-pk")

    def expired(self) -> DataExportQuerySet:
        """Return the exports that nobody can fetch any more."""
        return self.filter(asked_at__lte=Now() - KEPT)


class DataExport(models.Model):
    """One export, which a process makes in the background; if it dies, another one begins again.

    It is in the database, so that every process can serve it, and no host is left with a file. ``recordings`` are those
    whose words are in it: it is refused once its user hears one of them no more.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="data_exports")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    zone = models.CharField(max_length=64, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=200, blank=True)
    lease_expires_at = models.DateTimeField(null=True)
    size = models.PositiveBigIntegerField(default=0)
    recordings = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(failed_at__isnull=True), name="export_ends_once"
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.uuid}"

    @classmethod
    @transaction.atomic
    def ask(cls, user: User, zone: str, total: int) -> DataExport:
        """Return a new export, in place of earlier ones of the user; nobody works on it yet."""
        cls.objects.filter(user=user).delete()
        return cls.objects.create(user=user, zone=zone, total=total)

    @property
    def is_running(self) -> bool:
        """Whether it is being made, or waits for a process."""
        return self.finished_at is None and self.failed_at is None

    def claim(self, owner: str) -> bool:
        """Let one process make it, from its beginning; False if another one does, or it has ended."""
        free = Q(lease_expires_at=None) | Q(lease_expires_at__lt=Now())
        claimed = self._open().filter(free).update(owner=owner, lease_expires_at=Now() + LEASE, done=0, size=0)
        if claimed:
            DataExportPart.objects.filter(export=self.pk).delete()
        return bool(claimed)

    def note(self, owner: str, done: int) -> bool:
        """Store how far it is; return False if another process makes it now, or the user asked anew."""
        return bool(self._open().filter(owner=owner).update(done=done, lease_expires_at=Now() + LEASE))

    @transaction.atomic
    def add(self, owner: str, number: int, content: bytes) -> bool:
        """Store a part of the file; return False if another process makes it now, or the user asked anew."""
        if not self._open().filter(owner=owner).update(lease_expires_at=Now() + LEASE):
            return False
        DataExportPart.objects.create(export=self, number=number, content=content)
        return True

    def finish(self, owner: str, size: int, recordings: Collection[str]) -> bool:
        """Store that it is complete."""
        ended = {"size": size, "recordings": sorted(recordings), "finished_at": Now(), "lease_expires_at": None}
        return bool(self._open().filter(owner=owner).update(**ended))

    def fail(self, owner: str) -> None:
        """Store that it could not be made."""
        self._open().filter(owner=owner).update(failed_at=Now(), lease_expires_at=None)

    def is_heard(self) -> bool:
        """Return whether its user still hears every recording whose words are in it."""
        heard = heard_of(self.user_id, self.recordings)
        return set(self.recordings) <= heard.existing | heard.deleted

    def _open(self) -> DataExportQuerySet:
        return DataExport.objects.filter(pk=self.pk, finished_at=None, failed_at=None)


class DataExportPart(models.Model):
    """A part of the file of an export; numbered from 1 without gaps."""

    export = models.ForeignKey(DataExport, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        default_permissions = ()
        ordering = ["export", "number"]
        constraints = [models.UniqueConstraint(fields=["export", "number"], name="export_part_number")]

    def __str__(self) -> str:
        return f"part {self.number} of export {self.export_id}"
