"""Files that came as a whole, in a form: they take the same way as the pieces of a script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile

from ..display import shown
from ..models import UploadState
from .beginning import begin_batch
from .own import own
from .receiving import Piece, receive
from .wire import SaidBatch, SentFile


def take_whole(user: User, said: SaidBatch, files: Sequence[UploadedFile[Any]]) -> Iterator[tuple[int, str]]:
    """Store the files of a form, and yield what became of each: the level of the message, and a sentence."""
    batch = begin_batch(user, said)
    for sent, file in zip(batch.files, files, strict=True):
        yield _words(_sent(user, sent.uuid, file) if sent.uuid else sent)


def _sent(user: User, uuid: UUID, file: UploadedFile[Any]) -> SentFile:
    upload = own(user.pk, uuid)
    while upload.state == UploadState.OPEN:
        file.seek(upload.received)
        receive(upload, upload.received, Piece(file, upload.piece_at(upload.received)))
    return SentFile.of(upload)


def _words(file: SentFile) -> tuple[int, str]:
    name = f"“{shown(file.name)}”"
    if file.error:
        return messages.ERROR, f"{name}: {file.error}"
    if file.state == UploadState.DUPLICATE:
        title = f" as “{shown(file.duplicate.title)}”" if file.duplicate else ""
        return messages.INFO, f"{name} is here already{title}."
    return messages.SUCCESS, f"{name} has arrived."
