"""Files that come in parts. Each part is stored for good before the next one is asked for.

A file of a disk grows. An object of a volume or a bucket cannot, so each part is one of its own until they are joined.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from .disk import Disk
from .local import copy_to, on_this_machine, temporary_copy
from .stored import KB, Part, Storage, exists

COPIED = 256 * KB
"""Bytes in memory while a part is copied."""


def put_part(place: Storage, name: str, offset: int, part: Part) -> None:
    """Store the part of a file that begins at ``offset``; it is there also after a crash. Again replaces it."""
    if isinstance(place, Disk):
        place.write(name, offset, part)
        return
    with on_this_machine(), temporary_copy() as copy:
        shutil.copyfileobj(part, copy, COPIED)
        copy.flush()
        place.put(_part(name, offset), Path(copy.name))


def join(place: Storage, name: str, offsets: Sequence[int]) -> None:
    """Make the file of its parts. Does nothing if that was done before, as a crash may have it."""
    if isinstance(place, Disk):
        place.finish(name)
    elif not exists(place, name):
        with on_this_machine(), temporary_copy() as whole:
            for offset in offsets:
                copy_to(place, _part(name, offset), whole)
            whole.flush()
            place.put(name, Path(whole.name))
    delete_parts(place, name, offsets)


def delete_parts(place: Storage, name: str, offsets: Iterable[int]) -> None:
    """Delete the parts of a file; they may be gone already."""
    if isinstance(place, Disk):
        place.delete(place.growing(name))
        return
    for offset in offsets:
        place.delete(_part(name, offset))


def _part(name: str, offset: int) -> str:
    return f"{name}.{offset:015d}.part"
