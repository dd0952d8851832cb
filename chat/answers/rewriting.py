"""Questions that the model rewrites for the search."""

from __future__ import annotations

from collections.abc import Sequence

from ..llm import RetryingModel
from ..llm.short_call import Reply, short_call
from ..prompts import Exchange, read_question, reword_prompt, rewrite_prompt


async def rewritten(model: RetryingModel, question: str, history: Sequence[Exchange]) -> Reply[str]:
    """Return a follow-up question, rewritten so that it can be understood without the conversation."""
    return await short_call(model, rewrite_prompt(question, history), read_question, step="rewriting it")


async def reworded(model: RetryingModel, question: str) -> Reply[str]:
    """Return a question for which the search found nothing, in other words."""
    return await short_call(model, reword_prompt(question), read_question, step="rewording it")
