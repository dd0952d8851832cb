"""The steps from a question to its answer: rewrite, retrieve, grade, generate and cite. See docs/answers.md."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings

from ..database import in_database, text_first
from ..errors import GenerationFailed, RetrievalFailed
from ..llm import Delta, closing, is_quote_only, loaded_model
from ..models import RETRACTION, Citation, Phase, Scope, Turn
from ..passages import Passage
from ..prompts import Exchange, answer_prompt
from ..retrieval import MIN_RELEVANCE, retriever
from .budget import HISTORY_SHARE, best, cost, newest, room_beside
from .citations import Sources
from .grading import relevant
from .markers import Markers
from .nothing_found import nothing_found
from .parentheses import Edit
from .rewriting import reworded, rewritten

logger = logging.getLogger(__name__)

LOADING_SECONDS = 5.0
"""Interval at which a turn reports that it is waiting while the model loads."""
ANSWER_LIMIT = 200_000
"""Maximum of characters in an answer; a longer one is cut, with ``length`` as its finish reason."""
REASON_LIMIT = 40
"""Maximum of characters stored of a finish reason."""
EMPTY_REASONS = ("length", "content_filter")
"""Finish reasons with which an answer may be empty, because the page shows them; with others it has failed."""

_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\U000e0000-\U000e007f]")
_REFERS_BACK = re.compile(
    r"\b(it|its|they|them|their|he|him|his|she|her|hers|that|this|those|these|there|then|one|ones|same|else|more)\b",
    re.IGNORECASE,
)
_FEW_WORDS = 4


@dataclass(frozen=True)
class Answered:
    """The end of an answer: its finish reason, citations, model and usage, and the edits of its text.

    If the answer cites nothing, the citations are the passages that the model got, not ``cited``. The edits change what
    only the end could tell: which numbers in parentheses are markers. Readers get them with the stored answer.
    """

    finish_reason: str
    citations: Sequence[Citation] = ()
    model_name: str = ""
    usage: dict[str, int] | None = field(default=None)
    edits: Sequence[Edit] = ()


@dataclass(frozen=True)
class Used:
    """The tokens that a call of the model before the answer has used; None if the model did not report them."""

    usage: dict[str, int] | None


@dataclass(frozen=True)
class Found:
    """The passages from which the model answers, before it is called."""

    passages: Sequence[Passage]


@dataclass(frozen=True)
class Retracted:
    """All text and citations so far turn out to have been a thought. ``RETRACTION`` goes into the log."""


Part = str | Phase | Used | Found | Citation | Retracted | Answered


async def answer(question: str, *, history: Sequence[Exchange], scope: Scope) -> AsyncIterator[Part]:
    """Yield the phases, the usage and the text of an answer as they arrive, and last an ``Answered``.

    The passages found come before the first text, and each citation directly before the text that shows its marker.
    ``history`` is the conversation so far, oldest first. If nothing is in scope, say so without a search. Raise
    ``RetrievalFailed`` or ``GenerationFailed``; text that was yielded before stays part of the answer.
    """
    search = Search(question, history, scope)
    if not scope.is_empty:
        async for step in search.steps():
            yield step
    if not search.may_answer:
        yield Phase.ANSWERING
        text, citations = await in_database(nothing_found, question, search.passages, scope)
        yield text
        yield Answered(Turn.NOTHING_FOUND, citations)
        return
    yield Found(search.passages)
    yield Phase.WAITING
    loading = asyncio.ensure_future(loaded_model())
    await asyncio.sleep(0)  # nearly always it is loaded by then
    while not (loading.done() or (await asyncio.wait([loading], timeout=LOADING_SECONDS))[0]):
        yield Phase.WAITING  # again, so that the import of its libraries does not count as silence of the model
    model = loading.result()
    await text_first.over()  # the prompt and the request take a millisecond
    draft = _Draft(search)
    async with closing(model.stream(answer_prompt(search.question, search.passages, search.history))) as deltas:
        async for delta in deltas:
            for part in draft.add(delta):
                yield part
            if draft.is_full:
                break
    for part in draft.end():
        yield part
    yield draft.answered(model.name)


class Search:
    """The search for the ``passages`` from which the model answers a question.

    If the settings say so, the model rewrites the question and grades the passages. Whatever it replies, ``passages``
    has only what the retriever found in scope. ``found`` is whether they have enough words of the question.
    """

    def __init__(self, question: str, history: Sequence[Exchange], scope: Scope) -> None:
        room = room_beside(question)
        self.question = self.standalone_question = question
        """The question as the user asked it, and as the model has rewritten it, if a search for that found anything."""
        self.history = newest(history, room // HISTORY_SHARE)
        self.passages: list[Passage] = []
        self.found = False
        self._query = search_text(question, history)
        self._scope = scope
        self._room = room - cost(self.history)

    @property
    def may_answer(self) -> bool:
        """Whether the model gets the passages. One that thinks judges whatever was found; quotes need to match."""
        return self.found if is_quote_only() else bool(self.passages)

    async def steps(self) -> AsyncIterator[Phase | Used]:
        """Find the passages; yield the phases and the usage of the model's calls."""
        if self.history and settings.CHAT_REWRITE and not is_quote_only():
            async for step in self._rewrite():
                yield step
        if self.standalone_question != self.question:
            await self._try_search(self.standalone_question)
        if not self.found:
            self.standalone_question = self.question
            await self._search(self._query)
        if settings.CHAT_GRADE and not is_quote_only():
            async for step in self._grade():
                yield step

    async def _rewrite(self) -> AsyncIterator[Phase | Used]:
        yield Phase.REWRITING
        reply = await rewritten(await loaded_model(), self.question, self.history)
        yield Used(reply.usage)
        self.standalone_question = reply.value or self.question
        yield Phase.RETRIEVING

    async def _grade(self) -> AsyncIterator[Phase | Used]:
        """Drop the irrelevant passages; search once more if none is left, or none was found."""
        if self.passages:
            yield Phase.GRADING
            graded = await relevant(await loaded_model(), self.standalone_question, self.passages)
            yield Used(graded.usage)
            if graded.value is None:
                return
            if graded.value:
                self.passages = graded.value
                return
        async for step in self._search_again():
            yield step

    async def _search_again(self) -> AsyncIterator[Phase | Used]:
        """Search in other words, without grading the result; if that finds nothing, keep the first passages."""
        yield Phase.REWRITING
        reply = await reworded(await loaded_model(), self.standalone_question)
        yield Used(reply.usage)
        yield Phase.RETRIEVING
        if reply.value:
            await self._try_search(reply.value)

    async def _try_search(self, query: str) -> None:
        """Search for a question that the model wrote; log a failure instead of raising it."""
        try:
            await self._search(query)
        except RetrievalFailed as error:
            kind = type(error.__cause__ or error).__name__
            logger.warning("Answering a question without searching for the model's wording of it: %s", kind)

    async def _search(self, query: str) -> None:
        """Search, and take the new passages, unless an earlier search found some and this one did not."""
        passages = await _retrieve(query, self._scope)
        found = any(passage.relevance >= MIN_RELEVANCE for passage in passages)
        if found or (passages and not self.found):
            self.passages, self.found = best(passages, self._room), found


def search_text(question: str, history: Sequence[Exchange]) -> str:
    """Return the text to search for: the question, and the one before it if this one refers back or is short."""
    if not history or not (_REFERS_BACK.search(question) or len(question.split()) <= _FEW_WORDS):
        return question
    return f"{question}\n{search_text(history[-1].question, history[:-1])}"


async def _retrieve(query: str, scope: Scope) -> list[Passage]:
    try:
        return await retriever().retrieve(query, scope=scope, limit=settings.CHAT_PASSAGES)
    except Exception as error:
        raise RetrievalFailed("the search failed") from error


class _Draft:
    """The answer as it comes: its text with our markers, and what is known of it."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._length = self._before = 0  # characters in the log, and those that were retracted
        self._finish_reason = ""
        self._usage: dict[str, int] | None = None
        self._has_thought = False
        self._unshown = ""  # what came, as long as nothing of it is shown
        self._begin()

    def _begin(self) -> None:
        self._sources = Sources(self._search.passages, self._search.standalone_question)
        self._markers = Markers(self._sources.cite)

    @property
    def is_full(self) -> bool:
        """Whether no more text fits."""
        return self._length >= ANSWER_LIMIT

    @property
    def _is_empty(self) -> bool:
        return self._length == self._before

    def add(self, delta: Delta) -> Sequence[Part]:
        """Return what a delta adds to the answer. A thought is a sign of life: it yields the phase, again."""
        parts: list[Part] = []
        if delta.retracts:
            self._has_thought, self._before, self._unshown = True, self._length + len(RETRACTION), ""
            self._length = self._before
            self._begin()
            parts.append(Retracted())
        if delta.thinks:
            self._has_thought = True
            parts.append(Phase.THINKING if self._length == 0 else Phase.ANSWERING)
        visible = delta.text if delta.text.isprintable() else _INVISIBLE.sub("", delta.text)
        text = self._markers.feed(visible)
        self._unshown = "" if text or not self._is_empty else (self._unshown + visible)[:ANSWER_LIMIT]
        if delta.finish_reason:
            self._finish_reason = _INVISIBLE.sub("", delta.finish_reason)[:REASON_LIMIT] or self._finish_reason
        self._usage = delta.usage or self._usage
        return parts + self._show(text)

    def end(self) -> Iterator[Part]:
        """Yield the text that was held back. Raise ``GenerationFailed`` if the answer is incomplete, or is none."""
        yield from self._show(self._markers.flush() or self._unshown.strip())  # wrong markers alone stay as they came
        if self.is_full:
            self._finish_reason = "length"
        if not self._finish_reason:
            raise GenerationFailed("the model's stream ended without a finish reason")
        if self._is_empty and self._has_thought and self._finish_reason != "content_filter":
            raise GenerationFailed(f"the model only thought, up to its finish reason {self._finish_reason!r}")
        if self._is_empty and self._finish_reason not in EMPTY_REASONS:
            raise GenerationFailed(f"the model returned an empty answer with the finish reason {self._finish_reason!r}")

    def answered(self, model_name: str) -> Answered:
        """Return the end of the answer."""
        shift = self._before
        late = (replace(edit, start=edit.start + shift, end=edit.end + shift) for edit in self._markers.late())
        edits = [edit for edit in late if edit.end <= ANSWER_LIMIT]
        citations = self._sources.citations or ([] if self._is_empty else self._sources.given())
        return Answered(self._finish_reason, citations, model_name=model_name, usage=self._usage, edits=edits)

    def _show(self, text: str) -> list[Part]:
        """Return the part of ``text`` that still fits into the answer, after the citations of its markers."""
        before, self._length = self._length, self._length + len(text)
        parts: list[Part] = [*self._sources.shown(text, before)]
        fitting = text[: max(ANSWER_LIMIT - before, 0)]
        if fitting and not before:
            parts.append(Phase.ANSWERING)
        if fitting:
            parts.append(fitting)
        return parts
