"""Other programs as processes: finding, starting and stopping them."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from .warm import WarmProcess

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30.0
STOP_SECONDS = 40.0
_PORTS = range(20_000, 32_768)
"""None of those that a system gives to outgoing connections, which would take one before its server listens there."""


class Missing(Exception):
    """A program is not installed. The message is the reason for the report, with the Debian package."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(f"{program} is not installed (apt-get install {package})")


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free at this moment."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def chromium() -> str:
    """Return the path of an installed Chromium or Chrome. Raise ``Missing`` if there is none.

    Debian's headless shell is the same engine without a desktop's parts, and takes a quarter less processor time.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    for path in filter(None, map(shutil.which, names)):
        return path
    raise Missing("Chromium", "chromium")


def mortal(command: Sequence[object], ending: int) -> list[str]:
    """Return the command, changed so that it gets the signal ``ending`` if this process dies first."""
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", signal.Signals(ending).name.removeprefix("SIG"), "--"] if setpriv else []
    return [*prefix, *map(str, command)]


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes] | WarmProcess, log: Path) -> None:
    """Wait until a process is ready. Raise ``RuntimeError`` with its ``log`` if it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
        if process.returncode is not None or time.monotonic() > deadline:
            end_process(process, signal.SIGKILL)
            how = f"did not start (exit status {process.returncode})"
            raise RuntimeError(f"{process.args!r} {how}:\n{log.read_text(errors='replace')}")


def end_process(process: subprocess.Popen[bytes] | WarmProcess, ending: int) -> int:
    """Send this signal to a running process, wait for its end, and kill it if need be; return the exit status."""
    if process.poll() is None:
        process.send_signal(ending)
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
