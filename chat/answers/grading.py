"""Which of the passages that were found have to do with the question, by the judgement of the model."""

from __future__ import annotations

from collections.abc import Sequence

from ..llm import RetryingModel
from ..llm.short_call import Reply, short_call
from ..passages import Passage
from ..prompts import grade_prompt, read_irrelevant


async def relevant(model: RetryingModel, question: str, passages: Sequence[Passage]) -> Reply[list[Passage]]:
    """Those of the passages, in their order, that the model does not call irrelevant. One call for all of them."""

    def read(reply: str) -> list[Passage]:
        dropped = read_irrelevant(reply, len(passages))
        return [passage for number, passage in enumerate(passages, 1) if number not in dropped]

    return await short_call(model, grade_prompt(question, passages), read, step="grading its passages")
