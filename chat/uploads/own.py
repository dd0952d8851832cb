"""The files that somebody has begun to send, as the pages and the API give them to that person alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from ..body import arriving
from ..models import InvalidRequest, NotFound, Upload, UploadState
from ..processing import as_json
from .completing import NOT_ALLOWED, hand_on, may_add
from .duplicates import duplicate_of
from .receiving import Piece, counting, receive
from .removing import refuse, remove
from .wire import SentFile, Uploads


def own(user_id: int, uuid: UUID) -> Upload:
    """Return a file of this user. Raise ``NotFound``, also for one of somebody else."""
    upload = Upload.objects.of(user_id).filter(uuid=uuid).first()
    if upload is None:
        raise NotFound("There is no such upload of yours: it may have been given up, or be too old.")
    return upload


def open_files(user_id: int) -> Uploads:
    """Return the files of this user that are not complete, the newest batch first."""
    return Uploads(piece=Upload.PIECE, files=[SentFile.of(each) for each in Upload.objects.of(user_id).unfinished()])


def received(request: HttpRequest, user_id: int, uuid: UUID, offset: int) -> tuple[SentFile, int]:
    """Store the body of a request as a piece, and return the file with the status of the response."""
    upload, is_allowed = counting.do(_asked_for, user_id, uuid)
    if not is_allowed:
        refuse(upload, NOT_ALLOWED)
        hand_on(upload.batch, upload.pair)
        upload.refresh_from_db()
    is_in = receive(upload, offset, Piece(arriving(request), _length(request)))
    return shown(upload), 200 if is_in else 409


def shown(upload: Upload) -> SentFile:
    """Return a file as its sender sees it."""
    user_id = upload.batch.user_id
    duplicate = duplicate_of(user_id, upload.sha256) if upload.state == UploadState.DUPLICATE else None
    return SentFile.of(upload, duplicate, as_json(upload.job, user_id) if upload.job else None)


def sent_files(user_id: int) -> list[dict[str, Any]]:
    """Return what is stored of the files of this user, for the export of their data."""
    return [
        {
            "name": each.name,
            "size": each.size,
            "received": each.received,
            "sha256": each.sha256,
            "state": each.state,
            "error": each.error,
            "title": each.batch.title,
            "recorded_on": each.batch.recorded_on,
            "told": each.batch.told,
            "sent_at": each.batch.created_at,
        }
        for each in Upload.objects.of(user_id)
    ]


def end(upload: Upload) -> None:
    """Give a file up. Raise ``InvalidRequest`` if a recording is being made of it, or ``Held``.

    A legal hold keeps what has arrived as a whole; of the pieces of a file nobody could hear anything.
    """
    if upload.state == UploadState.BEGUN:
        raise InvalidRequest("All of this file has arrived, and a recording is being made of it.")
    if upload.state == UploadState.STORED:
        upload.batch.refuse_if_held()
    remove(upload)


def _asked_for(user_id: int, uuid: UUID) -> tuple[Upload, bool]:
    upload = own(user_id, uuid)
    return upload, may_add(upload.batch)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.headers["Content-Length"])
    except (KeyError, ValueError):
        raise InvalidRequest("Send the length of the piece in the header Content-Length.") from None
