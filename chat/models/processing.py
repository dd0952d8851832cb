"""The jobs that make recordings of files that people have brought: how far each is, and who works on it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from .collection import Collection
from .consent_note import LINK_LIMIT, TOLD_LIMIT, Consent
from .hold import refuse_if_held
from .job_queue import LEASE, JobQuerySet
from .job_state import NEXT, STEPS, JobState
from .recording import Recording

MOST_REASON = 500


class Job(models.Model):
    """The making of one recording of a transcript, of audio, or of both, which are files in the storage.

    ``step`` is what is being done, or comes next. While it is done, a process owns the job and renews its lease; each
    claim has another ``fence``, without which nothing of the job is changed: a process that was stopped for a while
    cannot write over what another has done since. ``slot`` numbers the jobs that are worked on, so that the schema
    limits how many. ``converted`` and ``document`` are files that steps have made; ``notes`` say what is missing.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="jobs")
    """Who brought the files; None if the account was deleted. The recording belongs to its collection anyway."""
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="jobs")
    title = models.CharField(max_length=200, blank=True)
    """Empty for one that the transcript or the file's name says."""
    recorded_on = models.DateField(null=True)
    told = models.CharField(max_length=TOLD_LIMIT, blank=True)
    told_on = models.DateField(null=True)
    link = models.CharField(max_length=LINK_LIMIT, blank=True)

    transcript = models.CharField(max_length=200, blank=True)
    transcript_name = models.CharField(max_length=255, blank=True)
    audio = models.CharField(max_length=200, blank=True)
    audio_name = models.CharField(max_length=255, blank=True)
    converted = models.CharField(max_length=200, blank=True)
    document = models.CharField(max_length=200, blank=True)

    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.UPLOADED)
    step = models.CharField(max_length=12, choices=JobState.choices, default=JobState.CONVERTING)
    reason = models.CharField(max_length=MOST_REASON, blank=True)
    notes = models.JSONField(default=list)
    progress = models.FloatField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    owner = models.CharField(max_length=200, blank=True)
    fence = models.PositiveIntegerField(default=0)
    slot = models.PositiveSmallIntegerField(null=True, unique=True)
    lease_expires_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(db_default=Now())
    recording = models.ForeignKey(Recording, null=True, on_delete=models.CASCADE, related_name="jobs")
    begun_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=[JobState.UPLOADED, *STEPS]), name="job_to_do"),
            models.Index(fields=["ended_at"], condition=Q(state=JobState.READY), name="job_ready"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(JobState)), name="job_state_is_known"),
            models.CheckConstraint(condition=Q(step__in=STEPS), name="job_step_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=STEPS) | Q(state=F("step")), name="job_does_the_step_that_it_says"
            ),
            models.CheckConstraint(
                condition=Q(owner="", slot=None, lease_expires_at=None)
                | (~Q(owner="") & Q(state__in=STEPS, slot__isnull=False, lease_expires_at__isnull=False)),
                name="job_is_owned_while_it_is_done",
            ),
            models.CheckConstraint(condition=~Q(transcript="", audio=""), name="job_has_a_file"),
            models.CheckConstraint(condition=~Q(state=JobState.FAILED, reason=""), name="job_fails_for_a_reason"),
            models.CheckConstraint(
                condition=~Q(state=JobState.READY) | Q(recording__isnull=False), name="job_is_ready_with_a_recording"
            ),
            models.CheckConstraint(
                condition=Q(told="", told_on=None, link="") | (~Q(told="") & Q(told_on__isnull=False)),
                name="job_has_a_whole_consent_note",
            ),
            models.CheckConstraint(
                condition=Q(progress=None) | Q(progress__gte=0, progress__lte=1), name="job_progress_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"job {self.uuid}"

    @property
    def consent(self) -> Consent | None:
        """The consent note that the recording gets, if one was given."""
        return Consent(self.told, self.told_on, self.link) if self.told_on else None

    @property
    def files(self) -> list[str]:
        """The names of its files in the storage."""
        return [name for name in (self.transcript, self.audio, self.converted, self.document) if name]

    def name_for(self, suffix: str) -> str:
        """Return the name of a file that the current claim makes: another claim never writes over it."""
        return f"incoming/{self.uuid}-{self.fence}{suffix}"

    def note(self, progress: float) -> bool:
        """Store how much of the step is done; return False if the job is not this claim's any more."""
        return self._change(progress=min(1.0, max(0.0, progress)), lease_expires_at=Now() + LEASE)

    def advance(self, **made: Any) -> bool:
        """Store what the step has made, and go on to the next one; False if the job is not this claim's any more."""
        following = NEXT[JobState(self.step)]
        if following == JobState.READY:
            return self._leave(state=JobState.READY, ended_at=Now(), **made)
        return self._change(
            state=following, step=following, attempts=1, progress=None, lease_expires_at=Now() + LEASE, **made
        )

    def await_transcript(self) -> bool:
        """Leave the job until somebody attaches a transcript."""
        return self._leave(state=JobState.WAITING)

    def fail(self, reason: str) -> bool:
        """End the job at this step, until somebody tries it again."""
        return self._leave(state=JobState.FAILED, reason=reason[:MOST_REASON])

    def put_off(self, pause: timedelta, reason: str) -> bool:
        """Let any process do the step again after a pause; the reason is shown meanwhile."""
        return self._leave(due_at=Now() + pause, reason=reason[:MOST_REASON])

    @transaction.atomic
    def cancel(self) -> bool:
        """Delete the job, and return True; or False if it is ready. Whoever works on it notices.

        Raise ``Held`` if a legal hold keeps what is brought to its collection.
        """
        self.refuse_if_held()
        return bool(Job.objects.filter(pk=self.pk).exclude(state=JobState.READY).delete()[0])

    def refuse_if_held(self) -> None:
        """Raise ``Held`` if a legal hold keeps what is brought to its collection."""
        refuse_if_held(Collection.objects.filter(pk=self.collection_id))

    def hold(self) -> bool:
        """Keep everybody else from the job until the end of the transaction; False if it is not this claim's."""
        return self._change(lease_expires_at=Now() + LEASE)

    def _leave(self, **changes: Any) -> bool:
        free = {"owner": "", "slot": None, "lease_expires_at": None, "progress": None}
        return self._change(**{"reason": "", **free, **changes})

    def _change(self, **changes: Any) -> bool:
        """Change the row if it is still this claim's, and this object with it."""
        if not self._held().update(**changes):
            return False
        self._take(changes)
        return True

    def _held(self) -> JobQuerySet:
        return Job.objects.filter(pk=self.pk, owner=self.owner, fence=self.fence).exclude(owner="")

    def _take(self, changes: Mapping[str, Any]) -> None:
        for name, value in changes.items():
            if not hasattr(value, "resolve_expression") or isinstance(value, models.Model):
                setattr(self, name, value)
