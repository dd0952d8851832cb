"""The end of an upload: its pieces become a file, and the files of one recording become a job."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.db import transaction

from ..models import Upload, UploadBatch, UploadState
from ..recordings.transcripts import Unreadable, open_sources
from ..storage import storage
from ..storage.local import local
from ..storage.parts import join
from .duplicates import all_are_known, duplicate_of

_HASHED = 1024 * 1024
DIFFERS = "What arrived is not what was announced: the file may have been changed meanwhile. Please send it again."


def complete(upload: Upload) -> None:
    """Make the file of an upload whose pieces are all there, and say what it is. Again does nothing more.

    Raise a ``StorageFailed``; then it is done at the next attempt, or by the purge.
    """
    place = storage()
    join(place, upload.stored_as, upload.offsets)
    with local(place, upload.stored_as) as path:
        sha256 = _sha256(path)
        wrong = DIFFERS if upload.sha256 not in ("", sha256) else _unreadable(upload, path)
        is_known = not wrong and _is_known(upload, path, sha256)
    if wrong or is_known:
        ended = upload.end(UploadState.REFUSED if wrong else UploadState.DUPLICATE, error=wrong, sha256=sha256)
        if ended:
            place.delete(upload.stored_as)
    else:
        upload.end(UploadState.STORED, sha256=sha256)
    hand_on(upload.batch, upload.pair)


@transaction.atomic
def hand_on(batch: UploadBatch, pair: int) -> None:
    """Begin the job of a recording, once all of its files have arrived.

    Whoever completes one of the files locks the batch first, so that of two who do so at once the later sees both.
    """
    UploadBatch.objects.select_for_update().filter(pk=batch.pk).first()
    files = list(Upload.objects.filter(batch=batch, pair=pair))
    if any(file.state == UploadState.OPEN for file in files):
        return


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unreadable(upload: Upload, path: Path) -> str:
    """Return why a transcript cannot be opened, in words; empty if it can, or if this is audio."""
    if not upload.is_transcript:
        return ""
    try:
        open_sources(path)
    except Unreadable as error:
        return f"This transcript cannot be read: {error.reason}."
    return ""


def _is_known(upload: Upload, path: Path, sha256: str) -> bool:
    """Return whether the uploader hears all of this already. A transcript with audio may bring what is missing."""
    user_id = upload.batch.user_id
    if Upload.objects.filter(batch=upload.batch_id, pair=upload.pair).exclude(pk=upload.pk).exists():
        return False
    if upload.is_transcript:
        return all_are_known(user_id, {source.digest for source in open_sources(path)})
    return duplicate_of(user_id, sha256) is not None
