"""The work of one claim of a job: what its steps need, and how they end."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from django.db import connection

from ..models import Job
from ..storage import storage
from ..storage.local import local

NOTE_SECONDS = 0.5
"""The least time between two notes of the progress: whoever stores answers has the database the rest of the time."""


class Superseded(Exception):
    """The job is not this claim's any more: it was cancelled, or another process has taken it over."""


class StepFailed(Exception):
    """The step could not be done; the message is a sentence for people.

    ``again`` is whether it may succeed later, and ``retry_after`` in how many seconds, if that is known.
    """

    def __init__(self, reason: str, *, again: bool = False, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.retry_after = retry_after


@dataclass
class Work:
    """A job that this process does, and a folder of its own, which is deleted afterwards."""

    job: Job
    folder: Path
    share: float = 0.0
    """How much of the step is done, from 0 to 1."""
    _noted_at: float = field(default=float("-inf"))

    def report(self, share: float) -> None:
        """Store how much of the step is done. Raise ``Superseded`` if it is done for nothing."""
        self.share = share
        if monotonic() >= self._noted_at + NOTE_SECONDS:
            self._noted_at = monotonic()
            kept(self.job.note(share))
            rest()

    def file(self, name: str) -> AbstractContextManager[Path]:
        """Give a path of a file of the storage. Raise a ``StorageFailed``."""
        return local(storage(), name)

    def keep(self, path: Path) -> str:
        """Store a file for the steps that follow, which another process may do, and return its name there."""
        name = self.job.name_for(path.suffix)
        storage().put(name, path)
        return name


def kept(is_held: bool) -> None:
    """Raise ``Superseded`` if a change was refused, as the job is not this claim's any more."""
    if not is_held:
        raise Superseded


def rest() -> None:
    """Give the connection to the database back, before something that takes long."""
    if connection.vendor != "sqlite" and not connection.in_atomic_block:
        connection.close()
