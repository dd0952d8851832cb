"""Comparing what an answer quotes with what its model was given, when its turn ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from ..answers.comparing import compared
from ..answers.elsewhere import found_elsewhere, misquotes_among
from ..database import in_database
from ..models import Ending, Quotation, Turn, unretracted
from ..passages import Passage

logger = logging.getLogger(__name__)


async def with_quotations(turn: Turn, ending: Ending, passages: Sequence[Passage]) -> Ending:
    """Return the same end with the quotations of its answer.

    A long answer is compared in a thread, so that nobody waits for it; a thread costs a short one more than it saves.
    What is not in the passages is looked for in the recordings: only few answers need that.
    """
    if not passages:
        return ending
    try:
        if ending.is_short:
            found = _in_passages(turn, ending, passages)
        else:
            found = await asyncio.to_thread(_in_passages, turn, ending, passages)
        if misquotes_among(found):
            found = await in_database(_elsewhere, turn, ending, passages, found)
    except Exception:  # an answer is stored whatever becomes of the comparison
        logger.exception("Could not compare the quotations of turn %s", turn.uuid)
        return ending
    by = sum(map(len, ending.chunks)) - len(_answer(ending))
    return replace(ending, quotations=[quotation.moved(by) for quotation in found])


def _in_passages(turn: Turn, ending: Ending, passages: Sequence[Passage]) -> list[Quotation]:
    titles = [recording["title"] for recording in turn.recordings]
    return compared(_answer(ending), passages, ending.citations, question=turn.question, titles=titles)


def _elsewhere(
    turn: Turn, ending: Ending, passages: Sequence[Passage], quotations: Sequence[Quotation]
) -> list[Quotation]:
    return found_elsewhere(_answer(ending), quotations, passages, ending.citations, turn.user_id)


def _answer(ending: Ending) -> str:
    return unretracted("".join(ending.chunks))
