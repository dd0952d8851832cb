"""From a question to its answer: rewrite, retrieve, grade, generate, and keep what was cited. See docs/answers.md."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from ..database import in_database
from ..errors import GenerationFailed, RetrievalFailed
from ..llm import closing, is_quote_only, loaded_model
from ..models import Citation, Phase
from ..passages import Passage
from ..prompts import Exchange, answer_prompt
from ..retrieval import FOUND, retriever
from .budget import HISTORY_SHARE, best, cost, newest, room_beside
from .citations import Sources
from .grading import relevant
from .markers import Markers
from .nothing_found import not_found
from .rewriting import reworded, stand_alone

logger = logging.getLogger(__name__)

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


@dataclass(frozen=True)
class Used:
    """What a call of the model before the answer has used, in tokens; None where it did not tell."""

    usage: dict[str, int] | None


Part = str | Phase | Used | Answered


async def answer(question: str, *, history: Sequence[Exchange], recordings: Sequence[UUID]) -> AsyncIterator[Part]:
    """Yield the phases, the costs and the text of an answer as they come, and last an ``Answered``.

    ``recordings`` is the filter, empty for all; ``history`` is the conversation so far, oldest first. Raises
    ``RetrievalFailed`` or ``GenerationFailed``; what was yielded before that stays said.
    """
    search = Search(question, history, recordings)
    async for step in search.steps():
        yield step
    if not search.found:
        yield Phase.ANSWERING
        yield await in_database(not_found, question, search.passages, recordings)
        yield Answered(finish_reason="stop")
        return
    yield Phase.WAITING
    async for part in _generate(search):
        yield part


class Search:
    """The steps from a question to the ``passages`` that it is answered from.

    The model is asked to help where that is set. Whatever it replies, ``passages`` has only what the retriever found
    within the filter, and where that is anything (``found``) the question is answered from it.
    """

    def __init__(self, question: str, history: Sequence[Exchange], recordings: Sequence[UUID]) -> None:
        room = room_beside(question)
        self.question = self.asked = question
        """As it was asked, and as the model has made it stand alone, if that was found to be of use."""
        self.history = newest(history, room // HISTORY_SHARE)
        self.passages: list[Passage] = []
        self.found = False
        self._query = search_text(question, history)
        self._recordings = recordings
        self._room = room - cost(self.history)

    async def steps(self) -> AsyncIterator[Phase | Used]:
        """Find the passages; yield what is being done, and what it cost."""
        if self.history and settings.CHAT_REWRITE and not is_quote_only():
            async for step in self._rewrite():
                yield step
        if self.asked != self.question:
            await self._also_look_for(self.asked)
        if not self.found:
            self.asked = self.question
            await self._look_for(self._query)
        if settings.CHAT_GRADE and not is_quote_only():
            async for step in self._grade():
                yield step

    async def _rewrite(self) -> AsyncIterator[Phase | Used]:
        yield Phase.REWRITING
        rewritten = await stand_alone(await loaded_model(), self.question, self.history)
        yield Used(rewritten.usage)
        self.asked = rewritten.value or self.question
        yield Phase.RETRIEVING

    async def _grade(self) -> AsyncIterator[Phase | Used]:
        """Drop what is irrelevant; where that is all there is, search once more."""
        if self.found:
            yield Phase.GRADING
            graded = await relevant(await loaded_model(), self.asked, self.passages)
            yield Used(graded.usage)
            if graded.value is None:
                return
            if graded.value:
                self.passages = graded.value
                return
        async for step in self._search_again():
            yield step

    async def _search_again(self) -> AsyncIterator[Phase | Used]:
        """Search in other words. What that finds is not graded; where it is nothing, the first passages stay."""
        yield Phase.REWRITING
        other = await reworded(await loaded_model(), self.asked)
        yield Used(other.usage)
        yield Phase.RETRIEVING
        if other.value:
            await self._also_look_for(other.value)

    async def _also_look_for(self, query: str) -> None:
        """Search for what the model wrote; a search that fails finds nothing."""
        try:
            await self._look_for(query)
        except RetrievalFailed as error:
            kind = type(error.__cause__ or error).__name__
            logger.warning("A question is answered without a search for its other form: %s", kind)

    async def _look_for(self, query: str) -> None:
        """Search; what is found takes the place of what was there."""
        passages = await _retrieve(query, self._recordings)
        found = any(passage.relevance >= FOUND for passage in passages)
        if found or not self.found:
            self.passages, self.found = best(passages, self._room), found


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


async def _generate(search: Search) -> AsyncIterator[Part]:
    loading = asyncio.ensure_future(loaded_model())
    while not (await asyncio.wait([loading], timeout=LOADING_SECONDS))[0]:
        yield Phase.WAITING  # again: that its libraries are being imported is no silence of the model
    model = loading.result()
    sources = Sources(search.passages, search.asked)
    markers = Markers(sources.cite)
    length, finish_reason, usage = 0, "", None
    async with closing(model.stream(answer_prompt(search.question, search.passages, search.history))) as deltas:
        async for delta in deltas:
            text = markers.feed(_INVISIBLE.sub("", delta.text))[: ANSWER_LIMIT - length]
            if text:
                if not length:
                    yield Phase.ANSWERING
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
