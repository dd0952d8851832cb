"""The memory that the C library keeps after the process has freed it."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

HEAPS = 2
_M_ARENA_MAX = -8  # in glibc's malloc.h


def share_heaps() -> None:
    """Let all threads share two heaps, unless ``MALLOC_ARENA_MAX`` is set. Call this before starting a thread.

    glibc uses up to eight heaps per core, and each keeps the memory of its busiest moment; requests have threads of
    their own, so there would be many such moments. Do nothing with another C library.
    """
    if "MALLOC_ARENA_MAX" not in os.environ:
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, HEAPS)
