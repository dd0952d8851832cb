"""The long body of a request, in a file that threads write: a busy disk would hold up the event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryFile
from typing import IO, Protocol

WRITTEN_AT_ONCE = 512 * 1024
"""Bytes that a thread writes at a time."""

writers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="bodies")


class Paused(Protocol):
    """The connection from which a body comes."""

    def pauseProducing(self) -> None:  # noqa: N802  # the names are Twisted's
        """Read no more."""

    def resumeProducing(self) -> None:  # noqa: N802
        """Read on."""


class StoredBody:
    """A body that is written while it comes. If its connection is faster than the disk, it is read no further."""

    def __init__(self, connection: Paused) -> None:
        self._connection = connection
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115  # whoever reads it closes it
        self._waiting = bytearray()
        self._writing: asyncio.Future[int] | None = None
        self._failure: BaseException | None = None
        self._is_paused = self._has_ended = False

    def add(self, data: bytes) -> None:
        """Take what has come."""
        self._waiting += data
        if len(self._waiting) >= WRITTEN_AT_ONCE:
            self._write()

    def end(self) -> None:
        """Note that all of it has come: who handles the request decides now when the connection is read."""
        self._has_ended = True

    async def whole(self) -> IO[bytes]:
        """Return the file with all of the body, at its beginning. Raise an ``OSError`` if it could not be written."""
        while self._writing:
            await asyncio.wait([self._writing])
        if self._failure:
            self._file.close()
            raise self._failure
        await asyncio.get_running_loop().run_in_executor(writers, self._complete)
        return self._file

    def _write(self) -> None:
        if self._writing:
            self._pause()
            return
        part, self._waiting = self._waiting, bytearray()
        self._writing = asyncio.get_running_loop().run_in_executor(writers, self._file.write, part)
        self._writing.add_done_callback(self._written)

    def _written(self, writing: asyncio.Future[int]) -> None:
        self._writing, self._failure = None, self._failure or writing.exception()
        if len(self._waiting) >= WRITTEN_AT_ONCE and not self._failure:
            self._write()
        elif self._is_paused and not self._has_ended:
            self._is_paused = False
            self._connection.resumeProducing()

    def _pause(self) -> None:
        if not self._is_paused:
            self._is_paused = True
            self._connection.pauseProducing()

    def _complete(self) -> None:
        self._file.write(self._waiting)
        self._file.seek(0)
