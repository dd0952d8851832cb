"""What the C library keeps of the memory that a process has used."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

HEAPS = 2
_M_ARENA_MAX = -8  # in glibc's malloc.h


def share_heaps() -> None:
    """Let all threads share two heaps; to be called before there are any. ``MALLOC_ARENA_MAX`` says otherwise.

    glibc has up to eight for each core, and each keeps what its busiest moment took: requests have threads of their
    own, so there would be many such moments. Does nothing where another C library is in use.
    """
    if "MALLOC_ARENA_MAX" not in os.environ:
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, HEAPS)
