"""The erasure of a speaker: what they said in some recordings, and which answers had to change for that."""

from __future__ import annotations

import uuid
from datetime import timedelta
from hashlib import blake2b, sha256

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .recording import Recording
from .turns.turn import Turn

REMOVED = "[removed]"
"""What stands for words of a speaker who was erased."""
REMOVED_SPEAKER = "Removed speaker"
"""What stands for their name, if that is replaced as well."""
LEASE = timedelta(seconds=30)
"""How long a process may work on it without progress, by the database's clock."""

LATER = timedelta(minutes=5)
"""How long one waits that a legal hold keeps from its end, or that failed."""
MOST_REFUSAL = 500


class SpeakerErasureQuerySet(models.QuerySet["SpeakerErasure"]):
    """Erasures."""

    def unfinished(self) -> SpeakerErasureQuerySet:
        """Return those that are not finished, the first ones first."""
        return self.filter(finished_at=None).order_by("pk")


class SpeakerErasure(models.Model):
    """One erasure, which a process makes in the background; if it dies, another one continues.

    ``recordings`` are the keys of the recordings in which they are erased. ``uuids`` are those of the same, and of
    deleted ones that answers still quote: by these citations are found, also when a recording is deleted meanwhile.
    ``done`` of ``total`` recordings and answers were looked at. The ``name`` is blank once it was replaced. While a
    process works on one, the schema lets answers that have ended lose words, and nothing else.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=120, blank=True)
    replaces_name = models.BooleanField(default=False)
    recordings = models.JSONField(default=list)
    uuids = models.JSONField(default=list)
    segments = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=200, blank=True)
    lease_expires_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=MOST_REFUSAL, blank=True)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = SpeakerErasureQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["id"], condition=Q(finished_at=None), name="erasure_unfinished")]

    def __str__(self) -> str:
        return f"erasure {self.uuid}"

    def claim(self, owner: str) -> bool:
        """Let one process make it; False if another one does, it waits, or it is finished."""
        free = Q(lease_expires_at=None) | Q(lease_expires_at__lt=Now()) | Q(owner=owner)
        return bool(self._open().filter(free).update(owner=owner, lease_expires_at=Now() + LEASE))

    def note(self, owner: str, done: int, total: int) -> bool:
        """Store how far it is; return False if another process makes it now."""
        kept = self._open().filter(owner=owner)
        return bool(kept.update(done=done, total=total, lease_expires_at=Now() + LEASE))

    def release(self, owner: str) -> None:
        """Let another process continue at once."""
        self._open().filter(owner=owner).update(lease_expires_at=None)

    def postpone(self, owner: str, *, refusal: str = "") -> None:
        """Leave it as it is for some minutes, with what was kept; then a process continues it."""
        later = Now() + LATER
        self._open().filter(owner=owner).update(owner="", lease_expires_at=later, refusal=refusal[:MOST_REFUSAL])

    def resume(self) -> None:
        """Let one that waits continue at once; then it says anew what is kept."""
        self._open().filter(owner="").update(lease_expires_at=None, refusal="")

    def finish(self, *, refusal: str = "") -> None:
        """Store that nothing is left of them, or why they were not erased. Forget what was kept to find their words."""
        ErasedRuns.objects.filter(erasure=self).delete()
        name = "" if self.replaces_name and not refusal else self.name
        self._open().update(finished_at=Now(), lease_expires_at=None, name=name, refusal=refusal[:MOST_REFUSAL])

    def _open(self) -> SpeakerErasureQuerySet:
        return SpeakerErasure.objects.filter(pk=self.pk, finished_at=None)


class ErasedRuns(models.Model):
    """Hashes of five words in a row that they said in one recording, only while an erasure is not finished.

    Their words are gone from the recording first, so that no answer gets them any more; by these they are found in the
    answers that had them before. The row also says that the recording is done.
    """

    SIZE = 8
    """Bytes of a hash."""

    erasure = models.ForeignKey(SpeakerErasure, on_delete=models.CASCADE, related_name="runs", db_index=False)
    recording = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["erasure", "recording"], name="erased_once")]

    def __str__(self) -> str:
        return f"recording {self.recording} of erasure {self.erasure_id}"

    @classmethod
    def hash(cls, run: tuple[str, ...], key: bytes) -> bytes:
        """Return the hash of words in a row, which are folded, under the key of their erasure."""
        return blake2b(" ".join(run).encode(), digest_size=cls.SIZE, key=key).digest()


class ErasedSpeaker(models.Model):
    """Somebody who was erased from a transcript, so that it does not bring their words back when it is imported again.

    ``key`` is a hash of the transcript's digest and the name: the row names nobody.
    """

    key = models.CharField(max_length=64, primary_key=True)
    replaces_name = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key

    @staticmethod
    def key_of(digest: str, name: str) -> str:
        """Return the key of a speaker of the transcript with this digest."""
        return sha256(f"{digest}\n{name}".encode()).hexdigest()

    @classmethod
    def remember(cls, recordings: list[Recording], name: str, *, replaces_name: bool) -> None:
        """Store that a speaker is erased from the transcripts of these recordings, before they may be deleted."""
        for recording in recordings:
            key = cls.key_of(recording.digest, name)
            cls.objects.update_or_create(key=key, defaults={"replaces_name": replaces_name})

    @classmethod
    def of(cls, recording: Recording, names: set[str]) -> dict[str, str]:
        """Return those of these speakers who were erased from the transcript, each with the name to show."""
        keys = {cls.key_of(recording.digest, name): name for name in names}
        found = cls.objects.filter(key__in=keys).values_list("key", "replaces_name")
        return {keys[key]: REMOVED_SPEAKER if replaces else keys[key] for key, replaces in found}


class ChangedAnswer(models.Model):
    """An answer that has lost words by an erasure, and how many places of it; it goes with the answer."""

    erasure = models.ForeignKey(SpeakerErasure, on_delete=models.CASCADE, related_name="answers", db_index=False)
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="erasures")
    places = models.PositiveIntegerField()
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["erasure", "turn"], name="answer_changed_once")]

    def __str__(self) -> str:
        return f"turn {self.turn_id} by erasure {self.erasure_id}"
