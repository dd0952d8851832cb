"""Keeps the log of accesses: seals new events, and adds what nobody has noticed, in a thread nobody waits for.

Every serving process has one, and the lease in the database lets one of them seal. A look that finds nothing is one
query by index, and writes nothing.
"""

from __future__ import annotations

from time import monotonic

from typing_extensions import override

from ..accounts.reviewers import record_unnoticed
from ..database.looker import Looker
from ..models.access.sealing import BATCH, last_settled, seal_new
from ..models.reviewer_changes import Change
from ..turns.runner import runner

LOOK_SECONDS = 1.0
SETTLE_SECONDS = 60.0
"""How often events that are sealed and old enough are left out of the looks that follow."""
FULL_LOOK_SECONDS = 3600.0
"""How often all events are looked at nevertheless."""


class Sealer(Looker):
    """The thread that seals."""

    task = "seal the log of accesses"
    seconds = LOOK_SECONDS

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self._after = 0
        self._unnoticed = set[Change]()
        self._settled_at, self._full_look_at = float("-inf"), monotonic()

    @override
    def look(self) -> int:
        """Seal new events, unless another process may do so now; return how many were sealed."""
        sealed = 0
        while count := seal_new(self._owner, self._after):
            sealed += count
            if count < BATCH or self._end.is_set():
                return sealed
        if count == 0 and monotonic() > self._settled_at + SETTLE_SECONDS:
            self._settle()
        return sealed

    def _settle(self) -> None:
        """Leave out what is sealed and old from now on; every hour, look at everything once more before.

        Meanwhile, look for changes of who may review.
        """
        now = monotonic()
        self._unnoticed = record_unnoticed(self._owner, self._unnoticed)
        if now > self._full_look_at + FULL_LOOK_SECONDS:
            self._full_look_at, self._after, self._settled_at = now, 0, float("-inf")
        else:
            self._settled_at, self._after = now, last_settled()


sealer = Sealer(runner.owner.name)
"""The sealer of this process."""
