"""What every storage of audio can do, and in which ways it fails. A message of a failure is for the log alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

KB = 1024
MB = 1024 * KB


class StorageFailed(Exception):
    """The storage could not do what was asked."""


class FileLost(StorageFailed):
    """There is no file of this name."""


class PartLost(FileLost):
    """What was stored of a file before is not there any more, so a part of it cannot follow."""


class AccessDenied(StorageFailed):
    """The storage refuses the credentials, or what they may do."""


class FileChanged(StorageFailed):
    """The file has been replaced since it was found, so a part of it would not fit those before."""


class StorageAway(StorageFailed):
    """The storage does not answer, is busy, or broke off. Reading may be tried again."""


@dataclass(frozen=True)
class Stored:
    """A file in the storage: its size in bytes, when it was stored, and a tag that is another for another content."""

    name: str
    size: int
    modified: datetime
    tag: str


class Readable(Protocol):
    """What a part of a file is read from, such as the body of a request."""

    def read(self, size: int = ..., /) -> bytes:
        """Return up to so many bytes, and none at the end."""


@runtime_checkable
class Part(Readable, Protocol):
    """A part of a file that can be read without making new bytes."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill the buffer, and return how many bytes that were: fewer only at the end."""


class Storage(Protocol):
    """A place of files with names such as ``audio/5f1c.mp3``. Each method raises a ``StorageFailed``.

    Only ``find`` and ``read`` are asynchronous, for those who listen; the others block: for commands and threads.
    """

    first_piece: int
    """Bytes of the first piece that a listener gets: the less, the sooner it is there."""
    piece: int
    """Most bytes that are read at a time and held in memory."""

    def put(self, name: str, source: Path) -> None:
        """Store a file, or replace it. Others see the old content or the new one, never a part of it."""

    def delete(self, name: str) -> None:
        """Delete a file; it may be gone already."""

    def stored(self, name: str) -> Stored:
        """Return the facts of a file. Raise ``FileLost`` if there is none."""

    def files(self, folder: str) -> Iterator[Stored]:
        """Yield all files in a folder."""

    async def find(self, name: str) -> Stored:
        """Return the facts of a file. Raise ``FileLost`` if there is none."""

    async def read(self, file: Stored, part: range) -> bytes:
        """Return a part of the file, of at most ``piece`` bytes. Raise ``FileChanged`` if it was replaced."""

    async def leave(self) -> None:
        """Close the connections of this event loop, which ends."""


def exists(storage: Storage, name: str) -> bool:
    """Return whether there is a file of this name."""
    try:
        storage.stored(name)
    except FileLost:
        return False
    return True
