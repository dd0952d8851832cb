"""Places at which a site's process ends as if by ``kill -9``, when a question says so (``questions.question``).

They are put in by the scripted model, which is loaded into the process; the site itself knows nothing of them.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from chat.models import Turn
from chat.turns.run import Run
from chat.turns.runner import TurnRunner

ENDED, CLAIMED = "ended", "claimed"
"""After the end of a turn is stored and before anybody is told; after a turn is claimed and before it begins."""


def install(place_of: Callable[[str], str]) -> None:
    """Make this process mortal; ``place_of`` tells of a question at which place it ends, or nothing."""
    see_through, won = Run.see_through, TurnRunner._won

    async def see_through_and_die(run: Run) -> None:
        await see_through(run)
        _die_if(place_of(run.turn.question) == ENDED)

    def win_and_die(runner: TurnRunner) -> list[Turn]:
        turns = won(runner)
        _die_if(any(place_of(turn.question) == CLAIMED for turn in turns))
        return turns

    Run.see_through = see_through_and_die  # type: ignore[assignment, method-assign]
    TurnRunner._won = win_and_die  # type: ignore[assignment, method-assign]


def _die_if(due: bool) -> None:
    if due:
        os.kill(os.getpid(), signal.SIGKILL)
