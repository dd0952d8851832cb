"""Removing recordings for good."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from ..models import AccessEvent, How, Kind, Recording, refuse_if_held
from .stored_audio import delete_audio


def remove(recordings: QuerySet[Recording]) -> int:
    """Delete recordings with their transcripts and audio, and return how many; citations keep what they quote.

    Raise ``Held`` if a legal hold keeps one.
    """
    with transaction.atomic():
        names = list(recordings.exclude(audio="").values_list("audio", flat=True))
        count = recordings.delete()[1].get(Recording._meta.label, 0)  # noqa: SLF001  # documented
        delete_audio(names)
    return count


@transaction.atomic
def remove_for(actor: User, *recordings: Recording, how: How = How.PAGE) -> None:
    """Delete recordings as ``remove`` does, for somebody who may: the caller checks that. Each is an event."""
    rows = Recording.objects.filter(pk__in=[recording.pk for recording in recordings])
    refuse_if_held(rows)
    locked = rows.select_for_update(of=("self",))  # else two who delete at the same time would both be in the log
    for recording in locked.select_related("collection").order_by("pk"):
        AccessEvent.objects.record_member(
            Kind.RECORDING_DELETED,
            actor=actor,
            how=how,
            collection=recording.collection.uuid,
            details={"recording": str(recording.uuid)},
        )
    remove(rows)
