"""A file of the storage as a path of this machine, for programs and libraries that read nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO

from django.conf import settings

from . import reading
from .disk import Disk
from .stored import Storage, StorageFailed


@contextmanager
def local(place: Storage, name: str) -> Iterator[Path]:
    """Give a path of the file: on the disk the file itself, otherwise a copy that is deleted at the end.

    For threads: it blocks. Raise a ``StorageFailed``.
    """
    if isinstance(place, Disk):
        yield place.path_of(name)
        return
    with ExitStack() as copies:
        with on_this_machine():
            copy = copies.enter_context(temporary_copy(PurePosixPath(name).suffix))
            copy_to(place, name, copy)
            copy.flush()
        yield Path(copy.name)


def copies_folder() -> Path:
    """Return the folder of temporary copies: one of the site, so that what a killed process leaves can be swept."""
    return Path(settings.DATA_DIR) / "copies"


def temporary_copy(suffix: str = "") -> IO[bytes]:
    """Open a new file for a copy, which is deleted when it is closed. Raise an ``OSError``."""
    folder = copies_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return NamedTemporaryFile(dir=folder, suffix=suffix)


def sweep_copies(age: timedelta) -> None:
    """Delete the copies to which nothing was written for so long: their process was killed."""
    oldest = time.time() - age.total_seconds()
    with suppress(OSError):
        for copy in copies_folder().iterdir():
            if copy.stat().st_mtime < oldest:
                copy.unlink()


@contextmanager
def on_this_machine() -> Iterator[None]:
    """Turn a failure of a copy on this machine, as of a full disk, into a ``StorageFailed``."""
    try:
        yield
    except OSError as error:
        raise StorageFailed(f"a copy on this machine failed: {error.strerror or error}") from None


def copy_to(place: Storage, name: str, target: IO[bytes]) -> None:
    """Copy a file of the storage to the end of an open one, piece by piece. For threads without an event loop."""
    asyncio.run(_copy(place, name, target))


async def _copy(place: Storage, name: str, target: IO[bytes]) -> None:
    try:
        file = await reading.find(place, name)
        async for piece in reading.pieces(place, file, range(file.size)):
            await asyncio.to_thread(target.write, piece)
    finally:
        await place.leave()
