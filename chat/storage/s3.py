"""``STORAGE=s3://<bucket>/<prefix>``: a bucket of S3, or of any server that speaks its protocol, through obstore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import obstore
from django.conf import settings
from obstore import exceptions
from obstore.store import S3Store

from ..upstream.failures import line
from .stored import KB, MB, AccessDenied, FileChanged, FileLost, StorageAway, StorageFailed, Stored

T = TypeVar("T")

CONNECT_SECONDS = 5
READ_SECONDS: float = 10
"""Longest time for a request: no piece is greater than a megabyte."""
PUT_SECONDS = 300
PUT_PIECE = 8 * MB
PUT_AT_ONCE = 3
"""Pieces that are sent at the same time, and so are in memory."""


class Bucket:
    """The objects below a prefix. An object appears when its last piece is there; a failed upload is aborted."""

    first_piece = 64 * KB
    piece = MB

    def __init__(self, place: str) -> None:
        self._reading = _store(place, READ_SECONDS, retries=0)  # ``reading`` tries again by itself
        self._writing = _store(place, PUT_SECONDS, retries=3)

    def put(self, name: str, source: Path) -> None:
        """Upload a file in pieces, or replace it."""
        _called(lambda: obstore.put(self._writing, name, source, chunk_size=PUT_PIECE, max_concurrency=PUT_AT_ONCE))

    def delete(self, name: str) -> None:
        """Delete an object; it may be gone already."""
        try:
            _called(lambda: obstore.delete(self._reading, name))
        except FileLost:
            return

    def stored(self, name: str) -> Stored:
        """Return the facts of an object. Raise ``FileLost`` if there is none."""
        return _facts(_called(lambda: obstore.head(self._reading, name)))

    def files(self, folder: str) -> Iterator[Stored]:
        """Yield all objects in a folder, as the server lists them page by page."""
        pages = obstore.list(self._reading, prefix=folder)
        while page := _called(lambda: next(pages, None)):
            yield from map(_facts, page)

    async def find(self, name: str) -> Stored:
        """Return the facts of an object. Raise ``FileLost`` if there is none."""
        try:
            return _facts(await obstore.head_async(self._reading, name))
        except (exceptions.BaseError, FileNotFoundError) as error:
            raise _failure(error) from None

    async def read(self, file: Stored, part: range) -> bytes:
        """Return a part of the object. Raise ``FileChanged`` if it is not that object any more.

        The facts of what came are compared as well: not every server knows of conditions.
        """
        options: Any = {"range": (part.start, part.stop), **_if_unchanged(file)}
        try:
            result = await obstore.get_async(self._reading, file.name, options=options)
            if _facts(result.meta).tag != file.tag:
                raise FileChanged("another object came than the one that was found")
            return bytes(await result.bytes_async())
        except (exceptions.BaseError, FileNotFoundError) as error:
            raise _failure(error) from None

    async def leave(self) -> None:
        """Do nothing: obstore has the connections, in threads of its own."""


def _store(place: str, seconds: float, *, retries: int) -> S3Store:
    """Return the client of a bucket; what is not set here it takes from the variables ``AWS_…``, or from the cloud."""
    bucket, _, prefix = place.partition("/")
    given = {
        "endpoint": settings.S3_ENDPOINT,
        "region": settings.S3_REGION,
        "access_key_id": settings.S3_ACCESS_KEY_ID,
        "secret_access_key": settings.S3_SECRET_ACCESS_KEY,
    }
    config: Any = {name: value for name, value in given.items() if value}
    config["disable_bulk_delete"] = True  # which not every server has, and only single objects are deleted
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options={
            "allow_http": settings.S3_ENDPOINT.startswith("http://"),
            "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
            "timeout": timedelta(seconds=seconds),
        },
        retry_config={"max_retries": retries, "retry_timeout": timedelta(seconds=seconds)},
    )


def _called(call: Callable[[], T]) -> T:
    try:
        return call()
    except (exceptions.BaseError, OSError) as error:
        raise _failure(error) from None


def _facts(meta: Any) -> Stored:
    name, size, modified = meta["path"], meta["size"], meta["last_modified"]
    tag = meta["e_tag"] or ""
    is_strong = tag.startswith('"')  # no condition matches a weak one (RFC 9110, 13.1.1), nor what is no tag
    return Stored(name, size, modified, tag if is_strong else _own_tag(size, modified))


def _own_tag(size: int, modified: datetime) -> str:
    return f'"{int(modified.timestamp()):x}-{size:x}"'


def _if_unchanged(file: Stored) -> dict[str, Any]:
    """Return the condition on which a server sends a part of a file."""
    is_own = file.tag == _own_tag(file.size, file.modified)
    return {"if_unmodified_since": file.modified} if is_own else {"if_match": file.tag}


def _failure(error: Exception) -> StorageFailed:
    kinds: dict[type[Exception], type[StorageFailed]] = {
        FileNotFoundError: FileLost,
        exceptions.PermissionDeniedError: AccessDenied,
        exceptions.UnauthenticatedError: AccessDenied,
        exceptions.PreconditionError: FileChanged,
    }
    kind = next((ours for theirs, ours in kinds.items() if isinstance(error, theirs)), StorageAway)
    return kind(line(error).partition("\n")[0])  # without what follows for developers
