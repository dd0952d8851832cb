"""Comparing what an answer quotes with what its model was given, when its turn ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from ..answers.comparing import compared
from ..models import Ending, Quotation, Turn, unretracted
from ..passages import Passage

logger = logging.getLogger(__name__)


async def with_quotations(turn: Turn, ending: Ending, passages: Sequence[Passage]) -> Ending:
    """Return the same end with the quotations of its answer.

    A long answer is compared in a thread, so that nobody waits for it; a thread costs a short one more than it saves.
    """
    if not passages:
        return ending
    try:
        if ending.is_short:
            quotations = _quotations(turn, ending, passages)
        else:
            quotations = await asyncio.to_thread(_quotations, turn, ending, passages)
    except Exception:  # an answer is stored whatever becomes of the comparison
        logger.exception("Could not compare the quotations of turn %s", turn.uuid)
        return ending
    return replace(ending, quotations=quotations)


def _quotations(turn: Turn, ending: Ending, passages: Sequence[Passage]) -> list[Quotation]:
    text = "".join(ending.chunks)
    answer = unretracted(text)
    titles = [recording["title"] for recording in turn.recordings]
    found = compared(answer, passages, ending.citations, question=turn.question, titles=titles)
    return [quotation.moved(len(text) - len(answer)) for quotation in found]
