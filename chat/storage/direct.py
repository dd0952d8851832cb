"""Writing a part of a file past the memory in which the system keeps files.

Nobody reads the part soon. Copying it to that memory takes as much of the processor as all the rest of an upload, and
what many uploads have left there is written at once, while the database waits for the same disk.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from contextlib import suppress

from .stored import KB, Part

BUFFER = 1024 * KB
"""Bytes in memory while a part is written. A smaller buffer wakes the thread, and delays the event loop, more often."""
BLOCK = 4 * KB
"""What is written directly begins and ends at a multiple of that; the rest is copied."""
_DIRECT = getattr(os, "O_DIRECT", 0)  # Linux has it


def write(file: int, offset: int, part: Part) -> None:
    """Write a part to an open file at ``offset``, and return when it is on the disk. Raise an ``OSError``."""
    buffer = memoryview(mmap.mmap(-1, BUFFER))  # its begin is aligned, too; it goes with the last reference
    while length := part.readinto(buffer):
        _write(file, offset, buffer[:length])
        offset += length
    os.fsync(file)


def _write(file: int, offset: int, content: memoryview) -> None:
    written = _directly(file, offset, content)
    while written < len(content):
        written += os.pwrite(file, content[written:], offset + written)


def _directly(file: int, offset: int, content: memoryview) -> int:
    """Return how many bytes could be written directly: none where the file system cannot."""
    if not _DIRECT or offset % BLOCK or len(content) % BLOCK:
        return 0
    flags, written = fcntl.fcntl(file, fcntl.F_GETFL), 0
    with suppress(OSError):
        fcntl.fcntl(file, fcntl.F_SETFL, flags | _DIRECT)
        written = os.pwrite(file, content, offset)
    fcntl.fcntl(file, fcntl.F_SETFL, flags)
    return written
