"""The files of a job in the storage that nobody needs any more."""

from __future__ import annotations

import logging

from ..models import Job
from ..recordings.stored_audio import delete_audio
from ..storage import Storage, StorageFailed, storage
from ..upstream.credentials import SignInFailed
from ..upstream.failures import line
from .indexing import audio_name

logger = logging.getLogger(__name__)

INCOMING = "incoming"
"""The folder in the storage of what people bring."""


def delete_files(job: Job) -> None:
    """Delete the files of a job that ends, also what earlier claims of it have left. Raise a ``StorageFailed``."""
    place = storage()
    for name in dict.fromkeys([*job.files, *_made(place, f"{job.uuid}-")]):
        place.delete(name)


def delete_what_came_late(job: Job) -> None:
    """Delete what a claim has stored after the job was cancelled, or taken over by another claim.

    Audio that no recording names is needed only by a job that has no recording yet.
    """
    if not Job.objects.filter(pk=job.pk).exists():
        delete_all(job)
        return
    try:
        place, needed = storage(), Job.objects.files()
        for name in _made(place, f"{job.uuid}-{job.fence}."):
            if name not in needed:
                place.delete(name)
        if not Job.objects.filter(pk=job.pk, recording=None).exists():
            delete_audio([audio_name(job)])
    except (StorageFailed, SignInFailed) as error:
        logger.warning("Files of a recording that goes on elsewhere cannot be deleted now: %s", line(error))


def delete_all(job: Job) -> None:
    """Delete the files of a job that is gone, and the audio of the recording that it has not made.

    What fails here is swept by the daily purge.
    """
    try:
        delete_files(job)
        delete_audio([audio_name(job)])
    except (StorageFailed, SignInFailed) as error:
        logger.warning("Files of a cancelled recording cannot be deleted now: %s", line(error))


def _made(place: Storage, beginning: str) -> list[str]:
    return [file.name for file in place.files(INCOMING) if file.name.startswith(f"{INCOMING}/{beginning}")]
