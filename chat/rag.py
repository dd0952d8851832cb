"""From a question to its answer: retrieve, prompt, generate, and keep what was cited."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from .citations import Sources
from .database import in_database
from .errors import GenerationFailed, RetrievalFailed
from .llm import closing, loaded_model
from .markers import Markers
from .models import Citation, Turn
from .not_found import not_found
from .passages import Passage
from .prompts import Exchange, answer_prompt
from .retrieval import FOUND, retriever

LOADING_SECONDS = 5.0
"""How often a turn says that it waits for the model to be loaded."""
ANSWER_LIMIT = 200_000
"""Characters of an answer; a model that says more is cut, with ``length`` as the reason."""
REASON_LIMIT = 40
"""Characters that are kept of the reason for which a model ended."""
EMPTY_REASONS = ("length", "content_filter")
"""Reasons for which an answer may be empty, because the page tells them; any other empty answer is none."""

_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\U000e0000-\U000e007f]")
_REFERS_BACK = re.compile(
    r"\b(it|its|they|them|their|he|him|his|she|her|hers|that|this|those|these|there|then|one|ones|same|else|more)\b",
    re.IGNORECASE,
)
_FEW_WORDS = 4


@dataclass(frozen=True)
class Answered:
    """The end of an answer: why it ended, what it cites and what it cost."""

    finish_reason: str
    citations: Sequence[Citation] = ()
    model_name: str = ""
    usage: dict[str, int] | None = field(default=None)


Part = str | Turn.Phase | Answered


async def answer(question: str, *, history: Sequence[Exchange], recordings: Sequence[UUID]) -> AsyncIterator[Part]:
    """Yield the phases and the text of an answer as they come, and last an ``Answered``.

    ``recordings`` is the filter, empty for all; ``history`` is the conversation so far, oldest first. Raises
    ``RetrievalFailed`` or ``GenerationFailed``; what was yielded before that stays said.
    """
    passages = await _retrieve(search_text(question, history), recordings)
    if not any(passage.relevance >= FOUND for passage in passages):
        yield Turn.Phase.ANSWERING
        yield await in_database(not_found, question, passages, recordings)
        yield Answered(finish_reason="stop")
        return
    yield Turn.Phase.WAITING
    async for part in _generate(question, passages, history):
        yield part


def search_text(question: str, history: Sequence[Exchange]) -> str:
    """What to search for: a follow-up that refers back, or is short, is searched with the question before it."""
    if not history or not (_REFERS_BACK.search(question) or len(question.split()) <= _FEW_WORDS):
        return question
    return f"{question}\n{search_text(history[-1].question, history[:-1])}"


async def _retrieve(query: str, recordings: Sequence[UUID]) -> list[Passage]:
    try:
        return await retriever().retrieve(query, recordings=recordings, limit=settings.CHAT_PASSAGES)
    except Exception as error:
        raise RetrievalFailed("the search failed") from error


async def _generate(question: str, passages: Sequence[Passage], history: Sequence[Exchange]) -> AsyncIterator[Part]:
    loading = asyncio.ensure_future(loaded_model())
    while not (await asyncio.wait([loading], timeout=LOADING_SECONDS))[0]:
        yield Turn.Phase.WAITING  # again: that its libraries are being imported is no silence of the model
    model = loading.result()
    sources = Sources(passages, question)
    markers = Markers(sources.cite)
    length, finish_reason, usage = 0, "", None
    async with closing(model.stream(answer_prompt(question, passages, history))) as deltas:
        async for delta in deltas:
            text = markers.feed(_INVISIBLE.sub("", delta.text))[: ANSWER_LIMIT - length]
            if text:
                if not length:
                    yield Turn.Phase.ANSWERING
                length += len(text)
                yield text
            finish_reason = _INVISIBLE.sub("", delta.finish_reason)[:REASON_LIMIT] or finish_reason
            usage = delta.usage or usage
            if length >= ANSWER_LIMIT:
                finish_reason = "length"
                break
    rest = markers.flush()[: ANSWER_LIMIT - length]
    if rest:
        yield rest
    if not finish_reason:
        raise GenerationFailed("the model's stream ended without a finish reason")
    if not (length or rest) and finish_reason not in EMPTY_REASONS:
        raise GenerationFailed(f"the model ended without a word, with the reason {finish_reason!r}")
    yield Answered(finish_reason, sources.citations, model_name=model.name, usage=usage)
