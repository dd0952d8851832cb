"""Ending the turns whose users may no longer hear what their models answer from."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from ..database import in_database
from ..models import unheard
from .run import Run, Withdrawn


async def end_withdrawn(runs: Mapping[UUID, Run]) -> None:
    """End the turns from whose passages one was withdrawn; one query asks for all of them."""
    used = [use for run in runs.values() for use in run.sources]
    withdrawn = await in_database(unheard, used) if used else set()
    for run in list(runs.values()):
        if run.turn.pk in withdrawn:
            run.end(Withdrawn())
