"""Programs that read untrusted media: bounded in time, memory and output, without the environment of the site."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

TICK_SECONDS = 1.0
MEMORY = 2 * 2**30
OUTPUT = 32 * 2**20
"""Bytes that are read of what a program prints."""


class Overdue(Exception):
    """The program took too long and was ended."""


@dataclass(frozen=True)
class Ended:
    """A program that has ended, with what it has printed."""

    status: int
    output: str
    errors: str


def run(
    command: Sequence[str], *, seconds: float, written: int = OUTPUT, tick: Callable[[str], None] = lambda _: None
) -> Ended:
    """Run a program to its end, and call ``tick`` every second with the last of its output.

    It may write files of ``written`` bytes. Raise ``Overdue`` after so many seconds, and what ``tick`` raises: the
    program is ended first.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        environ = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}  # no proxies, and no credentials
        with subprocess.Popen(  # noqa: S603  # a list of arguments, without a shell
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environ
        ) as process:
            try:
                _limit(process.pid, written)
                _wait(process, monotonic() + seconds, lambda: tick(_text(output.fileno(), last=400)))
            finally:
                process.kill()
        return Ended(process.returncode, _text(output.fileno()), _text(errors.fileno()))


def _limit(pid: int, written: int) -> None:
    if hasattr(resource, "prlimit"):  # Linux alone can limit a process that runs already
        try:
            resource.prlimit(pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (written, written))
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        except (ProcessLookupError, PermissionError):  # it has ended, or is confined more tightly than that
            return


def _wait(process: subprocess.Popen[bytes], until: float, tick: Callable[[], None]) -> None:
    while True:
        try:
            process.wait(min(TICK_SECONDS, max(0.0, until - monotonic())))
        except subprocess.TimeoutExpired:
            if monotonic() >= until:
                raise Overdue from None
            tick()
        else:
            return


def _text(file: int, last: int = 0) -> str:
    size = os.fstat(file).st_size
    start = max(0, size - last) if last else 0
    return os.pread(file, last or OUTPUT, start).decode(errors="replace")
