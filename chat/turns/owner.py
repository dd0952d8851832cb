"""The name under which this process owns turns, and the proof that a process on this host has ended.

Every process holds a lock on a file named after it in ``DATA_DIR/owners``. The operating system releases the lock
however the process dies, so a turn whose owner left an unlocked file can be closed at once; for owners on other hosts
there is the lease.
"""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.conf import settings

_DRAFT = ".new"


class Owner:
    """This process, alive as long as it holds the lock. ``name`` is unique to every start of every process."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or settings.DATA_DIR / "owners"
        self.name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:12]}"
        self._lock: IO[bytes] | None = None

    def live(self) -> None:
        """Take the lock, by which other processes can see that this one lives."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{self.name}{_DRAFT}"  # gets its own name only once it is locked
        self._lock = draft.open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.rename(self._folder / self.name)

    def end(self) -> None:
        """Release the lock and delete its file."""
        if self._lock:
            (self._folder / self.name).unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def dead(self) -> set[str]:
        """Return the names of owners on this host that have died without calling ``end``."""
        paths = (path for path in self._folder.glob("*") if path.name != self.name and path.suffix != _DRAFT)
        return {path.name for path in paths if _is_unlocked(path)}

    def forget_dead(self, names: set[str]) -> None:
        """Delete the files of dead owners, once they own nothing any more."""
        for name in names:
            (self._folder / name).unlink(missing_ok=True)


def _is_unlocked(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False  # its process has just ended in good order
    except BlockingIOError:
        return False
    return True
