"""Failpoints at which a site's process kills itself with SIGKILL, if a question asks for it (``questions.question``).

The scripted model, which is loaded into the process, installs them; the site's own code is unchanged.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from chat.models import Turn
from chat.turns.run import Run
from chat.turns.runner import TurnRunner

ENDED, CLAIMED = "ended", "claimed"
"""After the end of a turn is stored, before its followers are nudged; after a turn is claimed, before it starts."""


def install(place_of: Callable[[str], str]) -> None:
    """Install the failpoints in this process; ``place_of`` returns the failpoint of a question, or an empty string."""
    run_to_end, won = Run.run_to_end, TurnRunner._claim_batch

    async def run_to_end_and_die(run: Run) -> None:
        await run_to_end(run)
        _die_if(place_of(run.turn.question) == ENDED)

    def win_and_die(runner: TurnRunner) -> list[Turn]:
        turns = won(runner)
        _die_if(any(place_of(turn.question) == CLAIMED for turn in turns))
        return turns

    Run.run_to_end = run_to_end_and_die  # type: ignore[assignment, method-assign]
    TurnRunner._claim_batch = win_and_die  # type: ignore[assignment, method-assign]


def _die_if(due: bool) -> None:
    if due:
        os.kill(os.getpid(), signal.SIGKILL)
