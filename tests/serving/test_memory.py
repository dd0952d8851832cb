from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from chat.serving.memory import HEAPS

from ..support.processes import ROOT

COUNT = """
import ctypes, sys, tempfile, threading
from chat.serving.memory import share_heaps
if sys.argv[1:]:
    share_heaps()
libc = ctypes.CDLL(None)
allocate, free = libc.malloc, libc.free
allocate.restype, free.argtypes, libc.fopen.restype = ctypes.c_void_p, [ctypes.c_void_p], ctypes.c_void_p
together = threading.Barrier(12)
def use():
    together.wait()
    block = allocate(5000)
    together.wait()
    free(block)
threads = [threading.Thread(target=use) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    print(file.read().count(b"<heap "))
"""


def heaps(*arguments: str) -> int:
    """Return the number of heaps of a process with many threads."""
    environ = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    command = [sys.executable, "-c", COUNT, *arguments]
    return int(subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has these heaps")
def test_threads_share_a_few_heaps() -> None:
    assert heaps() > HEAPS
    assert heaps("shared") == HEAPS
