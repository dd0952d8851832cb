"""The erasures of a serving site, in a background thread that answers never wait for.

Every serving process has one, and the lease of an erasure lets one of them work on it. If that dies, another continues.
"""

from __future__ import annotations

import logging

from django.db import connection
from typing_extensions import override

from ..database.looker import Looker
from ..database.outage import UNAVAILABLE
from ..models import SpeakerErasure
from ..turns.runner import runner
from .erase import erase

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
PAUSE_SECONDS = 0.02
"""The pause after each transaction, in which answers are stored."""


class Ended(Exception):
    """The process ends."""


class Eraser(Looker):
    """The thread that erases."""

    task = "erase a speaker"
    seconds = LOOK_SECONDS

    @override
    def look(self) -> None:
        """Do what is not finished and what no other process does."""
        for erasure in SpeakerErasure.objects.unfinished():
            try:
                erase(erasure, self._owner, self._rest)
            except Ended:
                erasure.release(self._owner)
                return
            except UNAVAILABLE:
                raise
            except Exception:  # the others go on, and this one when its lease has ended
                logger.exception("A speaker could not be erased; the site will try again")
                connection.close()
                erasure.postpone(self._owner)

    def _rest(self) -> None:
        if self._end.wait(PAUSE_SECONDS):
            raise Ended


eraser = Eraser(f"{runner.owner.name} erases")
"""The eraser of this process."""
