"""Grading of passages by the model."""

from __future__ import annotations

from collections.abc import Sequence

from ..llm import RetryingModel
from ..llm.short_call import Reply, short_call
from ..passages import Passage
from ..prompts import grade_prompt, read_irrelevant


async def relevant(model: RetryingModel, question: str, passages: Sequence[Passage]) -> Reply[list[Passage]]:
    """Return the passages, in their order, that the model does not call irrelevant. Make one call for all of them."""

    def read(reply: str) -> list[Passage]:
        irrelevant = read_irrelevant(reply, len(passages))
        return [passage for number, passage in enumerate(passages, 1) if number not in irrelevant]

    return await short_call(model, grade_prompt(question, passages), read, step="grading its passages")
