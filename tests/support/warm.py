"""Commands and sites in forks of one interpreter, which has imported the other packages that the site needs.

It has imported nothing of the site, and no settings. A start takes half of the processor time of a cold one. What is
tested about starting itself, or about a process that dies, starts cold.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = (
    "asyncio",
    "autobahn.twisted.websocket",
    "channels.routing",
    "django.contrib.admin.options",
    "django.contrib.staticfiles.storage",
    "django.core.mail",
    "django.core.management.commands.check",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.views.generic",
    "twisted.internet.ssl",
    "twisted.web.http",
)
SECONDS = 60
"""After which a command is killed."""
PR_SET_PDEATHSIG = 1


class WarmProcess:
    """A fork, with the part of ``subprocess.Popen`` that the tests use."""

    def __init__(self, args: Sequence[str], pid: int) -> None:
        self.args, self.pid = args, pid
        self.returncode: int | None = None
        self.has_ended = threading.Event()

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status once it has ended. Raise ``TimeoutExpired``."""
        if not self.has_ended.wait(timeout):
            raise subprocess.TimeoutExpired(list(self.args), timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)


def run_warm(command: str, environ: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
    """Run ``manage.py command`` with exactly this environment; return its exit status, and what it prints.

    What it prints goes into files in this folder.
    """
    files = [folder / name for name in ("printed", "complaints")]
    for file in files:
        file.write_text("")
    status = _interpreter().start([command], environ, files, ROOT, SECONDS).wait()
    printed, complaints = (file.read_text() for file in files)
    return status, printed, complaints


def start_warm(arguments: Sequence[str], environ: Mapping[str, str], log: Path, folder: Path) -> WarmProcess:
    """Start ``manage.py`` with these arguments in this folder, in a session of its own; it appends to the log."""
    return _interpreter().start(arguments, environ, [log, log], folder, 0)


class _Interpreter:
    """The interpreter, which ends with this process: then nobody can write to it any more."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__],
            env={"PATH": os.environ["PATH"]},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # it outlives an interrupted test long enough to end what it has started
        )
        self._began: SimpleQueue[WarmProcess] = SimpleQueue()
        self._running: dict[int, WarmProcess] = {}
        self._one_at_a_time = threading.Lock()
        threading.Thread(target=self._read, name="warm", daemon=True).start()

    def start(
        self, arguments: Sequence[str], environ: Mapping[str, str], files: Sequence[Path], folder: Path, seconds: int
    ) -> WarmProcess:
        """Fork, and return the process of ``manage.py``; it is killed after these seconds, unless they are 0."""
        order = [list(arguments), dict(environ), [str(file) for file in files], str(folder), seconds]
        assert self._process.stdin
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return self._began.get(timeout=SECONDS)

    def _read(self) -> None:
        """Read what begins and what ends."""
        for line in self._process.stdout or ():
            pid, status = json.loads(line)
            if status is None:
                self._running[pid] = WarmProcess(["manage.py"], pid)
                self._began.put(self._running[pid])
            else:
                process = self._running.pop(pid)
                process.returncode = status
                process.has_ended.set()


@cache
def _interpreter() -> _Interpreter:
    return _Interpreter()


# The interpreter itself


def _serve() -> None:
    for package in PACKAGES:
        importlib.import_module(package)
    gc.freeze()
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([sys.stdin, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            for pid, status in _ended():
                print(json.dumps([pid, status]), flush=True)  # noqa: T201  # our answer
        if sys.stdin in ready:
            if not (line := sys.stdin.readline()):
                return
            child = os.fork()
            if not child:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _become(*json.loads(line))
            print(json.dumps([child, None]), flush=True)  # noqa: T201  # our answer


def _ended() -> Iterator[tuple[int, int]]:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        yield pid, os.waitstatus_to_exitcode(status)


def _become(arguments: list[str], environ: dict[str, str], files: list[str], folder: str, seconds: int) -> None:
    """Become the process of a command: it gets its own environment and files, and ends as an interpreter does."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.alarm(seconds)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in enumerate(files, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = [str(ROOT / "manage.py"), *arguments]
    sys.path.insert(0, str(ROOT))
    status: Any = 1
    try:
        runpy.run_path(str(ROOT / "manage.py"), run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:  # as the interpreter does
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]  # it waits for threads
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    _serve()
