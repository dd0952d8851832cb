"""The end of an upload: its pieces become a file, and the files of one recording become a job."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path, PurePosixPath

from django.db import transaction

from ..database.threads import give_back_connection
from ..models import Collection, Upload, UploadBatch, UploadState
from ..processing import Incoming, begin
from ..recordings.transcripts import Unreadable, open_sources, read
from ..storage import storage
from ..storage.local import local
from ..storage.parts import join
from .duplicates import all_are_known, duplicate_of
from .removing import delete_files, refuse

READ_AT_ONCE = 2 * 1024 * 1024
"""Bytes of a transcript that is read as soon as it has arrived."""
DIFFERS = "What arrived is not what was announced: the file may have been changed meanwhile. Please send it again."
NICE = 10
"""How much the threads that look at content yield to others: many files end at once, and answers stream meanwhile."""
HASHED_AT_ONCE = 2
"""Files whose content a process looks at together: of many that end at the same time, the others wait."""
NOT_ALLOWED = "You may not add recordings to this collection any more."


def _be_nice() -> None:
    with suppress(OSError):  # Linux has a priority for each thread
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


_hashing = ThreadPoolExecutor(HASHED_AT_ONCE, "hashing", _be_nice)


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
    if wrong:
        refuse(upload, wrong)
    elif not is_known:
        upload.end(UploadState.STORED, sha256=sha256)
    elif upload.end(UploadState.DUPLICATE, sha256=sha256):
        delete_files(upload)
    hand_on(upload.batch, upload.pair)


@transaction.atomic
def hand_on(batch: UploadBatch, pair: int) -> None:
    """Begin the job of a recording, once all of its files have arrived.

    Whoever completes one of the files locks the batch first, so that of two who do so at once the later sees both.
    """
    UploadBatch.objects.select_for_update().filter(pk=batch.pk).first()
    files = list(Upload.objects.filter(batch=batch, pair=pair).select_related("batch"))
    stored = [file for file in files if file.state == UploadState.STORED]
    if not stored or any(file.state == UploadState.OPEN for file in files):
        return
    if may_add(batch):
        job = begin(_incoming(batch, stored))
        Upload.objects.filter(pk__in=[file.pk for file in stored]).update(state=UploadState.BEGUN, job=job)
    else:
        for file in stored:
            refuse(file, NOT_ALLOWED)


def may_add(batch: UploadBatch) -> bool:
    """Return whether its user may still add recordings to the collection.

    Each piece asks. Nearly every sender manages the collection, and that question is short.
    """
    key = batch.collection_id
    is_manager = Collection.objects.managed_by(batch.user_id).filter(pk=key).exists()
    return is_manager or Collection.objects.changeable_by(batch.user).filter(pk=key).exists()


def _incoming(batch: UploadBatch, files: list[Upload]) -> Incoming:
    transcript = next((file for file in files if file.is_transcript), None)
    audio = next((file for file in files if not file.is_transcript), None)
    return Incoming(
        user_id=batch.user_id,
        collection=batch.collection,
        title=_title(batch, files[0].name),
        recorded_on=batch.recorded_on,
        consent=batch.consent,
        transcript=transcript.stored_as if transcript else "",
        transcript_name=transcript.name if transcript else "",
        audio=audio.stored_as if audio else "",
        audio_name=audio.name if audio else "",
    )


def _title(batch: UploadBatch, name: str) -> str:
    """Return the title of a recording; where it shall be that of several, the name of the file tells them apart."""
    is_alone = batch.uploads.values("pair").distinct().count() == 1
    if is_alone or not batch.title:
        return batch.title
    stem = PurePosixPath(name).stem
    return f"{batch.title[: UploadBatch.TITLE_LIMIT - len(stem) - 3]} ({stem})"[: UploadBatch.TITLE_LIMIT]


def _sha256(path: Path) -> str:
    give_back_connection()  # to the database: this takes seconds
    return _hashing.submit(_hashed, path).result()


def _hashed(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unreadable(upload: Upload, path: Path) -> str:
    """Return why a transcript cannot be read, in words; empty if it can, or if this is audio.

    Of a great one this shows while a recording is made of it: reading it here would hold up its sender.
    """
    if not upload.is_transcript:
        return ""
    try:
        sources = open_sources(path)
        if upload.size <= READ_AT_ONCE:
            deque(map(read, sources), maxlen=0)
    except Unreadable as error:
        where = f" (line {error.line})" if error.line else ""
        return f"This transcript cannot be read{where}: {error.reason}."
    return ""


def _is_known(upload: Upload, path: Path, sha256: str) -> bool:
    """Return whether the uploader hears all of this already, or has sent it in this batch.

    A transcript with audio may bring what is missing.
    """
    user_id = upload.batch.user_id
    others = Upload.objects.filter(batch=upload.batch_id).exclude(pk=upload.pk)
    if others.filter(pair=upload.pair).exists():
        return False
    if others.filter(sha256=sha256, state__in=[UploadState.STORED, UploadState.BEGUN]).exists():
        return True
    if upload.is_transcript:
        return all_are_known(user_id, {source.digest for source in open_sources(path)})
    return duplicate_of(user_id, sha256) is not None
