"""That the audio of a recording was withdrawn: its file is deleted, and an import does not bring it back."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models.functions import Now

from .access.event import AccessEvent
from .access.kinds import How, Kind
from .hold import refuse_if_held
from .recording import Recording


class WithdrawnAudio(models.Model):
    """The withdrawal of one recording's audio, which is final. The transcript stays, and its readers see it."""

    recording = models.OneToOneField(
        Recording, on_delete=models.CASCADE, primary_key=True, related_name="withdrawn_audio"
    )
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"withdrawn audio of recording {self.recording_id}"

    @classmethod
    @transaction.atomic
    def withdraw(cls, recording: Recording, *, actor: User | None, how: How) -> str:
        """Take the audio from a recording, and return the name of its file; empty if there is none to delete.

        The caller checks whether the actor may; ``actor`` is None for the site. It is an event. Raise ``Held`` if a
        legal hold keeps the recording.
        """
        rows = Recording.objects.filter(pk=recording.pk)
        refuse_if_held(rows)
        name = rows.select_for_update().values_list("audio", flat=True).first() or ""
        if cls.objects.get_or_create(recording=recording, defaults={"withdrawn_by": actor})[1]:
            AccessEvent.objects.record_member(
                Kind.AUDIO_WITHDRAWN,
                actor=actor,
                how=how,
                collection=recording.collection.uuid,
                details={"recording": str(recording.uuid)},
            )
        rows.update(audio="")
        return name

    @classmethod
    @transaction.atomic
    def give(cls, recording: Recording, audio: str) -> bool:
        """Name the file of a recording's audio, and return True; or False if its audio was withdrawn."""
        rows = Recording.objects.filter(pk=recording.pk)
        rows.select_for_update().first()  # a withdrawal that is being made is seen only behind its lock
        return bool(rows.filter(withdrawn_audio=None).update(audio=audio))
