"""The purge of uploads: what was abandoned, what a crash has left undone, and files that nothing names any more."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from ..models import INCOMING, Job, Upload, UploadState
from ..storage import FileLost, StorageFailed, Stored, storage
from ..storage.local import sweep_copies
from ..upstream.credentials import SignInFailed
from ..upstream.failures import line
from .completing import complete, hand_on
from .receiving import LOST
from .removing import refuse, remove

logger = logging.getLogger(__name__)

GRACE = timedelta(days=1)
"""How much older than an abandoned upload a file must be that nothing names; and how old a temporary copy."""
_OURS = re.compile(rf"{INCOMING}/\.?[0-9a-f]{{8}}-[0-9a-f-]{{27}}[-.][\w.-]+")
"""The names of files and pieces of uploads and jobs, also of a copy that is not complete."""


def sweep(rest: Callable[[], object] = lambda: None) -> int:
    """Remove what nobody will finish, finish what a crash has left, and return how many uploads were removed.

    Call ``rest`` before each. If the storage does not answer, what needs it is left for the next purge.
    """
    _note_recordings()
    sweep_copies(GRACE)
    removed = _remove(rest)
    try:
        _finish(rest)
        _sweep_files(rest)
    except (StorageFailed, SignInFailed) as error:
        logger.warning("Files that were sent cannot be swept now: %s", line(error))
    return removed


def _note_recordings() -> None:
    """Store what has become of files, as long as their jobs know it."""
    made = Upload.objects.filter(recording=None, job__recording__isnull=False)
    made.update(recording=Subquery(Job.objects.filter(pk=OuterRef("job")).values("recording")[:1]))


def _remove(rest: Callable[[], object]) -> int:
    """Remove abandoned uploads; the other file of the same recording then goes on alone."""
    removed = 0
    abandoned = Upload.objects.abandoned(settings.UPLOAD_KEPT_DAYS).filter(received__lt=F("size"))
    for upload in list(abandoned.select_related("batch")):
        rest()
        if abandoned.filter(pk=upload.pk).exists():  # its sender has not come back meanwhile
            remove(upload)
            removed += 1
            if upload.batch.uploads.exists():
                hand_on(upload.batch, upload.pair)
    for upload in list(Upload.objects.forgotten(settings.UPLOAD_KEPT_DAYS).select_related("batch")):
        rest()
        remove(upload)
    return removed


def _finish(rest: Callable[[], object]) -> None:
    """Complete the files of which all has arrived, and whose sender has not come back for the end.

    Also begin the jobs of those whose process was killed before that, or whose other file was given up.
    """
    unfinished = Upload.objects.unfinished().select_related("batch")
    for upload in list(unfinished.filter(state=UploadState.OPEN, received=F("size"))):
        rest()
        _complete(upload)
    for upload in list(unfinished.filter(state=UploadState.STORED)):
        rest()
        hand_on(upload.batch, upload.pair)


def _complete(upload: Upload) -> None:
    """Complete a file, or refuse it if it has been lost for as long as one is kept: others must not wait for it."""
    try:
        complete(upload)
    except FileLost as error:
        logger.warning("A file that was sent is not in the storage: %s", line(error))
        if Upload.objects.abandoned(settings.UPLOAD_KEPT_DAYS).filter(pk=upload.pk).exists():
            refuse(upload, LOST)
            hand_on(upload.batch, upload.pair)


def _sweep_files(rest: Callable[[], object]) -> None:
    place = storage()
    for file in list(place.files(INCOMING)):
        if _is_old(file) and not _is_named(file.name):
            rest()
            place.delete(file.name)


def _is_old(file: Stored) -> bool:
    return bool(_OURS.fullmatch(file.name)) and file.modified < timezone.now() - GRACE - timedelta(
        days=settings.UPLOAD_KEPT_DAYS
    )


def _is_named(name: str) -> bool:
    """Return whether an upload that goes on, or a job, needs this file, or the one of which it is a piece."""
    uuid = name.removeprefix(f"{INCOMING}/").lstrip(".")[:36]
    # In this order: a file goes from an upload to a job, at any moment.
    return Upload.objects.unfinished().filter(uuid=uuid).exists() or name in Job.objects.files()
