"""The beginning of a batch: who may send what to where, and what needs not be sent."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.template.defaultfilters import filesizeformat

from ..body import typed
from ..models import (
    Collection,
    Consent,
    NoRoom,
    NotFound,
    RateLimited,
    Upload,
    UploadBatch,
    UploadState,
)
from ..recordings.transcripts.file import LARGEST_FILE
from ..storage.local import copies_folder
from ..storage.where import DISK, kind_of
from .duplicates import duplicate_of
from .kinds import clean, is_transcript, wrong_name
from .pairs import pairs_of
from .wire import Batch, SaidBatch, SaidFile, SentFile

NOT_IN_BATCH = "This file is not among those that were begun with this Idempotency-Key, or it was given up."


def begin_batch(user: User, said: SaidBatch, key: UUID | None = None) -> Batch:
    """Store a batch, and return which of its files are to be sent, from where on.

    A file that is open already, with the same content and for the same collection, goes on where it ended; a batch with
    a ``key`` that was used before is that one. Raise a ``Refused``, and store nothing.
    """
    if key and (before := UploadBatch.objects.filter(user=user, key=key).first()):
        return _repeated(user, before, said)
    collection, consent = _collection(user, said.collection), _consent(said)
    plan = [_Planned(user, collection, file) for file in said.files]
    _find_transcripts(plan)
    new = [planned for planned in plan if planned.is_new]
    try:
        batch = _store(user, key, collection, consent, said, new) if new else None
    except IntegrityError:  # the same request at the same time
        return begin_batch(user, said, key)
    return Batch(batch=batch.uuid if batch else None, piece=Upload.PIECE, files=[planned.shown() for planned in plan])


class _Planned:
    """A file of a batch, and what becomes of it."""

    def __init__(self, user: User, collection: Collection, said: SaidFile) -> None:
        self.name, self.said = clean(typed(said.name)), said
        self.size = int(said.size)
        self.error = wrong_name(self.name) or _wrong_size(self.name, self.size)
        self.duplicate = duplicate_of(user.pk, said.sha256) if said.sha256 and not self.error else None
        self.upload = None if self.error or self.duplicate else _open_upload(user, collection, said)

    @property
    def is_new(self) -> bool:
        return not (self.error or self.duplicate or self.upload)

    def shown(self) -> SentFile:
        if self.upload:
            return SentFile.of(self.upload)
        return SentFile(
            uuid=None,
            name=self.name,
            size=self.size,
            received=0,
            sha256=self.said.sha256,
            state=UploadState.DUPLICATE if self.duplicate else UploadState.REFUSED,
            duplicate=self.duplicate,
            error=self.error or None,
        )


def _find_transcripts(plan: list[_Planned]) -> None:
    """Let a transcript without a digest go on with its audio that was begun before, as when the answer was lost."""
    for planned, number in zip(plan, pairs_of([each.name for each in plan]), strict=True):
        audio = plan[number].upload
        if audio and planned.is_new and not planned.said.sha256:
            other = Upload.objects.unfinished().filter(batch=audio.batch_id, pair=audio.pair, is_transcript=True)
            planned.upload = other.filter(name=planned.name, size=planned.size).first()


@transaction.atomic
def _store(
    user: User,
    key: UUID | None,
    collection: Collection,
    consent: Consent | None,
    said: SaidBatch,
    new: list[_Planned],
) -> UploadBatch:
    _check_room(user, new)
    batch = UploadBatch.objects.create(
        user=user,
        key=key,
        collection=collection,
        title=" ".join(typed(said.title).split()),
        recorded_on=said.recorded_on,
        told=consent.told if consent else "",
        told_on=consent.told_on if consent else None,
        link=consent.link if consent else "",
    )
    for planned, pair in zip(new, pairs_of([planned.name for planned in new]), strict=True):
        planned.upload = Upload.objects.create(
            batch=batch,
            pair=pair,
            is_transcript=is_transcript(planned.name),
            name=planned.name,
            size=planned.size,
            sha256=planned.said.sha256,
        )
    return batch


def _repeated(user: User, batch: UploadBatch, said: SaidBatch) -> Batch:
    """Return a batch that was begun before; each of its files stands where the request has it."""
    left = list(batch.uploads.order_by("pk"))
    return Batch(batch=batch.uuid, piece=Upload.PIECE, files=[_found(user, batch, file, left) for file in said.files])


def _found(user: User, batch: UploadBatch, said: SaidFile, left: list[Upload]) -> SentFile:
    planned = _Planned(user, batch.collection, said)
    upload = next((each for each in left if _is_same(each, planned)), None)
    if upload:
        left.remove(upload)
        return SentFile.of(upload)
    if planned.is_new and said.sha256:  # of an earlier batch, in which it was finished meanwhile
        sent = Upload.objects.of(user.pk).filter(sha256=said.sha256, size=planned.size)
        planned.upload = sent.filter(batch__collection=batch.collection_id).first()
    if planned.is_new:
        planned.error = NOT_IN_BATCH
    return planned.shown()


def _is_same(upload: Upload, planned: _Planned) -> bool:
    digests = {upload.sha256, planned.said.sha256} - {""}
    return (upload.name, upload.size) == (planned.name, planned.size) and len(digests) < 2


def _collection(user: User, uuid: UUID | None) -> Collection:
    """Return where the recordings shall go: the user may add to what the user may change."""
    changeable = Collection.objects.changeable_by(user)
    found = changeable.filter(uuid=uuid) if uuid else changeable.filter(is_default=True)
    if collection := found.first():
        return collection
    raise NotFound("There is no such collection that you manage. Choose one: recordings are added by those who do.")


def _consent(said: SaidBatch) -> Consent | None:
    return Consent.checked(said.consent.told, said.consent.told_on, said.consent.link) if said.consent else None


def _wrong_size(name: str, size: int) -> str:
    most = min(LARGEST_FILE, settings.UPLOAD_MAX_BYTES) if is_transcript(name) else settings.UPLOAD_MAX_BYTES
    if size > most:
        kind = "a transcript" if is_transcript(name) else "a file"
        return f"This file has {filesizeformat(size)}; {kind} may have at most {filesizeformat(most)}."
    return "" if size else "This file is empty."


def _open_upload(user: User, collection: Collection, said: SaidFile) -> Upload | None:
    """Return the same file that this user has begun to send to this collection."""
    same = Upload.objects.of(user.pk).filter(state=UploadState.OPEN, batch__collection=collection)
    return same.filter(sha256=said.sha256, size=int(said.size)).first() if said.sha256 else None


def _check_room(user: User, new: list[_Planned]) -> None:
    """Refuse files that are too many for the user, or for which there is no space.

    The row of the user is locked until the files are stored: of two batches at once the later counts both.
    """
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    begun, most = Upload.objects.unfinished().filter(batch__user=user).count(), settings.UPLOAD_OPEN_PER_USER
    if begun + len(new) > most:
        raise RateLimited(
            f"At most {most} files can be on their way at once, and {begun} of yours are. Finish those first."
        )
    sizes = [planned.size for planned in new]
    if _needed(sizes) + settings.UPLOAD_FREE_BYTES > _free():
        raise NoRoom("The site has no space for these files now. Please tell an administrator.")


def _needed(sizes: list[int]) -> int:
    """Return the bytes that these files and those on their way will need. A bucket has room, but joins files here."""
    if kind_of(settings.STORAGE) != DISK:
        return max(sizes)
    promised = Upload.objects.unfinished().aggregate(left=Sum(F("size") - F("received")))["left"] or 0
    return sum(sizes) + int(promised)


def _free() -> int:
    folder = Path(settings.MEDIA_ROOT) if kind_of(settings.STORAGE) == DISK else copies_folder()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return shutil.disk_usage(existing).free
