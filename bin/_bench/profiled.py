"""A site that accounts for its processor time: ``python -m bin._bench.profiled FILE``, instead of ``manage.py serve``.

After SIGUSR2 it counts: the time of each thread, that of each function that it gives to a database thread, and, by
samples, that of each part of the site in the event loop's thread. After SIGUSR1 it writes what it has counted.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE_SECONDS = 0.005
"""Processor time of the process between two samples of the event loop. Each sample costs some itself."""


class Account:
    """What has been counted since ``begin``, in seconds of processor time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._work: defaultdict[str, list[float]] = defaultdict(lambda: [0, 0.0])
        self._loop: Counter[str] = Counter()
        self._threads: Counter[str] = Counter()
        self._sampled_at = 0.0

    def begin(self, *_: object) -> None:
        """Count from now on."""
        self._work.clear()
        self._loop.clear()
        self._threads = seconds_of_threads()
        self._sampled_at = time.thread_time()
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS, SAMPLE_SECONDS)

    def write(self, *_: object) -> None:
        """Write what was counted."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        threads = seconds_of_threads()
        threads.subtract(self._threads)
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps({"work": self._work, "loop": self._loop, "threads": threads}))
        draft.rename(self._file)

    def sample(self, _: int, frame: FrameType | None) -> None:
        """Count the time of the event loop since the last sample for the part that it is in."""
        now = time.thread_time()
        self._loop[place_of(frame)] += now - self._sampled_at  # type: ignore[assignment]  # a Counter of seconds
        self._sampled_at = now

    def timed(self, carry_out: Callable[[Callable[[], Any]], Any], work: Callable[[], Any]) -> Any:
        """Do database work in its thread, and count its time."""
        began = time.thread_time()
        try:
            return carry_out(work)
        finally:
            counted = self._work[f"{threading.current_thread().name.rpartition('_')[0]}: {name_of(work)}"]
            counted[0] += 1
            counted[1] += time.thread_time() - began


def name_of(work: Any) -> str:
    """Return the name of a function, or of the method that is bound in it."""
    while isinstance(work, partial):
        work = work.func
    work = getattr(work, "__func__", work)
    return f"{work.__module__.removeprefix('chat.')}.{work.__qualname__}"


def place_of(frame: FrameType | None) -> str:
    """Return the innermost part of the site on a stack; the loop itself has no other than the command that runs it."""
    while frame:
        file = frame.f_code.co_filename
        if file.startswith(f"{ROOT}/chat/"):
            part = "/".join(file.removeprefix(f"{ROOT}/").split("/")[:2])
            return "uvloop" if part == "chat/management" else part
        frame = frame.f_back
    return "others"


def seconds_of_threads() -> Counter[str]:
    """Return the processor time of the threads so far, by name; those of an executor together."""
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    seconds: Counter[str] = Counter()
    for folder in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            nanoseconds = int((folder / "schedstat").read_text().split()[0])
            name = names.get(int(folder.name), "libraries")
            seconds[name.rpartition("_")[0] or name] += nanoseconds / 1e9  # type: ignore[assignment]
    return seconds


def main(file: Path) -> None:
    """Serve, and account for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    from chat.database import threads
    from chatsite.commands import Commands

    account = Account(file)
    threads._with_connection = partial(account.timed, threads._with_connection)  # noqa: SLF001
    signal.signal(signal.SIGUSR1, account.write)
    signal.signal(signal.SIGUSR2, account.begin)
    signal.signal(signal.SIGPROF, account.sample)
    Commands(["manage.py", "serve"]).execute()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
