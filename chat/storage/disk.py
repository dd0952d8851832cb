"""``STORAGE=disk``: a folder of this machine, ``DATA_DIR/media``."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.core.exceptions import SuspiciousFileOperation
from django.utils._os import safe_join

from . import direct
from .stored import KB, AccessDenied, FileChanged, FileLost, Part, PartLost, StorageFailed, Stored


class Disk:
    """The files below a folder. A file is opened for each piece: what is deleted meanwhile is not sent to its end."""

    first_piece = piece = 256 * KB

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, source: Path) -> None:
        """Copy a file beside its place, and rename the copy: a crash leaves at most the copy."""
        path = self._path(name)
        draft = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, draft)
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            raise StorageFailed(error.strerror or str(error)) from None

    def write(self, name: str, offset: int, part: Part) -> None:
        """Write a part of a file that grows, and return when it is on the disk. ``finish`` gives the file its name.

        Raise ``PartLost`` if the parts before are not there: a hole would be read as part of the file.
        """
        path = self._path(self.growing(name))
        try:
            if offset and _size(path) < offset:
                raise PartLost(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists()
            file = os.open(path, os.O_RDWR | (0 if offset else os.O_CREAT), 0o600)
            try:
                direct.write(file, offset, part)
            finally:
                os.close(file)
            if is_new:
                _keep_names(path.parent)
        except OSError as error:
            raise _failure(error) from None

    def finish(self, name: str) -> None:
        """Give a file that grew its name; it may have that already."""
        path = self._path(name)
        try:
            with suppress(FileNotFoundError):
                self._path(self.growing(name)).replace(path)
            _keep_names(path.parent)
        except OSError as error:
            raise _failure(error) from None

    @staticmethod
    def growing(name: str) -> str:
        """Return the name of a file that is not whole yet."""
        return f"{name}.part"

    def path_of(self, name: str) -> Path:
        """Return where a file is. Raise ``FileLost`` if there is none."""
        self.stored(name)
        return self._path(name)

    def delete(self, name: str) -> None:
        """Delete a file; it may be gone already."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise _failure(error) from None

    def stored(self, name: str) -> Stored:
        """Return the facts of a file. Raise ``FileLost`` if there is none."""
        try:
            return _facts(name, self._path(name).stat())
        except OSError as error:
            raise _failure(error) from None

    def files(self, folder: str) -> Iterator[Stored]:
        """Yield all files in a folder, also copies that a crash has left."""
        with suppress(FileNotFoundError), os.scandir(self._path(folder)) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    yield _facts(f"{folder}/{entry.name}", entry.stat())

    async def find(self, name: str) -> Stored:
        """Return the facts of a file. Raise ``FileLost`` if there is none."""
        return await asyncio.to_thread(self.stored, name)

    async def read(self, file: Stored, part: range) -> bytes:
        """Return a part of the file. Raise ``FileChanged`` if it is not that file any more."""
        return await asyncio.to_thread(self._read, file, part)

    async def leave(self) -> None:
        """Do nothing: no file is open between two pieces."""

    def _read(self, file: Stored, part: range) -> bytes:
        try:
            with self._path(file.name).open("rb", buffering=0) as opened:
                if _facts(file.name, os.fstat(opened.fileno())) != file:
                    raise FileChanged(file.name)
                opened.seek(part.start)
                return opened.read(len(part))
        except OSError as error:
            raise _failure(error) from None

    def _path(self, name: str) -> Path:
        try:
            return Path(safe_join(self._root, name))
        except SuspiciousFileOperation:
            raise FileLost(name) from None


def _facts(name: str, found: os.stat_result) -> Stored:
    if not stat.S_ISREG(found.st_mode):
        raise FileLost(name)
    modified = datetime.fromtimestamp(found.st_mtime, UTC)
    return Stored(name, found.st_size, modified, f'"{found.st_mtime_ns:x}-{found.st_size:x}"')


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _keep_names(folder: Path) -> None:
    """Return when the names of the files in a folder are on the disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _failure(error: OSError) -> StorageFailed:
    text = error.strerror or str(error)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return FileLost(text)
    return AccessDenied(text) if isinstance(error, PermissionError) else StorageFailed(text)
