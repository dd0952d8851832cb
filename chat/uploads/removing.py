"""What is left of files in the storage when their uploads go: given up, refused, abandoned, or with their user."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from ..models import ENDED_UPLOADS, Job, Upload, UploadBatch
from ..storage import StorageFailed, storage
from ..storage.parts import delete_parts
from ..upstream.credentials import SignInFailed
from ..upstream.failures import line

logger = logging.getLogger(__name__)


def remove(upload: Upload) -> None:
    """Delete an upload, and what has arrived of it once the transaction is committed."""
    upload.delete()
    UploadBatch.objects.filter(pk=upload.batch_id, uploads=None).delete()


def refuse(upload: Upload, error: str) -> None:
    """Do not take a file, for a reason in words, and delete what has arrived of it."""
    if upload.refuse(error):
        delete_files(upload)


@receiver(post_delete, sender=Upload)
def _deleted(instance: Upload, **_: object) -> None:
    """Delete the files of an upload that goes, also with its user or its collection; those of a job are the job's.

    Its job may have begun since the upload was read.
    """
    if instance.state not in ENDED_UPLOADS and instance.stored_as not in Job.objects.files():
        delete_files(instance)


def delete_files(upload: Upload) -> None:
    """Delete the files after the commit. What cannot be deleted then no upload names any more, and it is swept."""
    name, offsets = upload.stored_as, upload.offsets
    transaction.on_commit(lambda: _delete(name, offsets))


def _delete(name: str, offsets: range) -> None:
    try:
        place = storage()
        delete_parts(place, name, offsets)
        place.delete(name)
    except (StorageFailed, SignInFailed) as error:
        logger.warning("Files that were sent cannot be deleted now; the daily purge does it: %s", line(error))
