"""The pieces of a file: each is stored for good before it counts, and counts once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from ..database import FewThreads
from ..database.threads import give_back_connection
from ..models import InvalidRequest, Refused, Upload, UploadState
from ..storage import StorageFailed, storage
from ..storage.parts import put_part
from ..storage.stored import Part, PartLost, Readable
from ..upstream.credentials import SignInFailed
from ..upstream.failures import line
from .completing import complete, hand_on
from .kinds import HEAD, wrong_content
from .places import NoPlace, Places
from .removing import refuse

logger = logging.getLogger(__name__)

AT_ONCE = 40
"""Pieces that a process takes at the same time; the others wait unread."""
SHARE = 20
"""Those of one user."""
WAIT_SECONDS = 30.0
LOST = "What had arrived of this file is not on the site any more. Please send it again."

_places = Places(AT_ONCE, SHARE)
counting = FewThreads(2, "pieces")
"""The threads that ask the database about pieces before and after they are stored."""


class StorageGone(Refused):
    """The storage does not take the piece now. What was received before is safe."""

    code = "UNAVAILABLE"
    retryable = True


class Piece:
    """The bytes of a piece, as they are read from the body of a request: its first ones can be looked at before."""

    def __init__(self, source: Readable, length: int) -> None:
        self.length, self._left = length, length
        self._source = source
        self._waiting = b""

    def head(self) -> bytes:
        """Return the first bytes, which ``read`` returns again. Raise ``InvalidRequest`` if they do not come."""
        self._waiting = self._waiting or self._take(HEAD)
        return self._waiting

    def read(self, size: int = HEAD, /) -> bytes:
        """Return the next bytes, and none at the end. Raise ``InvalidRequest`` if the piece breaks off."""
        if self._waiting:
            part, self._waiting = self._waiting[:size], self._waiting[size:]
            return part
        return self._take(size)

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill the buffer as ``read`` would, at the end with fewer bytes."""
        if self._waiting or not isinstance(self._source, Part):
            part = self.read(len(buffer))
            buffer[: len(part)] = part
            return len(part) + (self.readinto(buffer[len(part) :]) if part and len(part) < len(buffer) else 0)
        wanted = min(len(buffer), self._left)
        self._count(wanted, self._source.readinto(buffer[:wanted]))
        return wanted

    def _take(self, size: int) -> bytes:
        wanted = min(size, self._left)
        part = self._source.read(wanted)
        self._count(wanted, len(part))
        return part

    def _count(self, wanted: int, came: int) -> None:
        if came < wanted:
            raise InvalidRequest("This piece broke off. Please send it again.")
        self._left -= wanted


def receive(upload: Upload, offset: int, piece: Piece) -> bool:
    """Store the piece that begins at ``offset``; return False if the file goes on elsewhere: at ``upload.received``.

    A piece that came before is not stored again. Raise ``InvalidRequest`` if it has not the length that it must have,
    and ``StorageGone``. The caller holds no transaction.
    """
    length = upload.piece_at(offset)
    if upload.state == UploadState.OPEN and offset == upload.received < upload.size:
        if piece.length != length:
            raise InvalidRequest(
                f"The piece that begins at {offset:,} must have {length:,} bytes, not {piece.length:,}."
            )
        _take(upload, offset, piece)
    if upload.state == UploadState.OPEN and upload.received == upload.size:
        with storing():
            complete(upload)
        upload.refresh_from_db()
    elif upload.state == UploadState.STORED:  # perhaps by a process that was killed before it began the job
        hand_on(upload.batch, upload.pair)
        upload.refresh_from_db()
    return upload.state != UploadState.OPEN or bool(length and offset < upload.received)


def _take(upload: Upload, offset: int, piece: Piece) -> None:
    give_back_connection()  # to the database: the piece takes its time
    with place(upload.batch.user_id):
        wrong = "" if offset else wrong_content(upload.name, piece.head())
        is_lost = not wrong and not _is_stored(upload, offset, piece)
    if wrong:
        refuse(upload, wrong)
        hand_on(upload.batch, upload.pair)
    elif is_lost:
        _note_loss(upload, offset)
    elif counting.do(upload.advance, offset, piece.length):
        return
    upload.refresh_from_db()


def _is_stored(upload: Upload, offset: int, piece: Piece) -> bool:
    """Store a piece, and return whether those before it are still there."""
    with storing():
        try:
            put_part(storage(), upload.stored_as, offset, piece)
        except PartLost:
            return False
    return True


@contextmanager
def place(user_id: int) -> Iterator[None]:
    """Wait for one of the places that a user may have in this process."""
    try:
        with _places.take(user_id, WAIT_SECONDS):
            yield
    except NoPlace:
        raise StorageGone("Too many files are on their way. Nothing is lost: please go on in a moment.") from None


def _note_loss(upload: Upload, offset: int) -> None:
    """Refuse a file whose pieces are gone; not one that another request has just completed with this piece."""
    upload.refresh_from_db()
    if upload.received == offset:
        refuse(upload, LOST)
        hand_on(upload.batch, upload.pair)


@contextmanager
def storing() -> Iterator[None]:
    """Turn a failure of the storage into a refusal, after which the sender may try again."""
    try:
        yield
    except (StorageFailed, SignInFailed) as error:
        logger.warning("A part of an upload cannot be stored: %s", line(error))
        raise StorageGone("The site cannot store this now. Nothing is lost: please go on in a moment.") from None
