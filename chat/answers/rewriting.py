"""A question in words that can be searched for, written by the model."""

from __future__ import annotations

from collections.abc import Sequence

from ..llm import RetryingModel
from ..llm.short_call import Reply, short_call
from ..prompts import Exchange, read_question, reword_prompt, rewrite_prompt


async def stand_alone(model: RetryingModel, question: str, history: Sequence[Exchange]) -> Reply[str]:
    """A follow-up question so that it can be understood without the conversation."""
    return await short_call(model, rewrite_prompt(question, history), read_question, step="rewriting it")


async def reworded(model: RetryingModel, question: str) -> Reply[str]:
    """A question of which nothing was found, in other words."""
    return await short_call(model, reword_prompt(question), read_question, step="other words for it")
