"""Evaluation of whole answers on questions about meetings, whose answers are marked as spans of segments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from ..database import in_database
from ..models import Citation, Scope
from ..retrieval.evaluation import Question, listener, scope_within
from . import rag

_QUOTE = re.compile(r"“((?:[^”\\]|\\.)*)”(?:\s*…)?\s*\[(\d+)\]", re.DOTALL)
_ESCAPED = re.compile(r"\\([\W_])")


@dataclass(frozen=True)
class Asked:
    """The answer to a question, as a user gets it. ``model`` is empty if no model was asked."""

    text: str
    citations: Sequence[Citation]
    model: str
    milliseconds: float

    @property
    def is_answered(self) -> bool:
        """Whether a model answered, and named a source."""
        return bool(self.model and self.citations)

    def quotes(self) -> list[tuple[str, int]]:
        """Return the quotations that have a number behind them, each with this number."""
        return [(_ESCAPED.sub(r"\1", text), int(number)) for text, number in _QUOTE.findall(self.text)]

    def lost_quotes(self) -> int:
        """Return how many quotations are not in the excerpt of the source that their number leads to."""
        excerpts = {citation.number: " ".join(citation.excerpt.split()) for citation in self.citations}
        return sum(" ".join(text.split()) not in excerpts.get(number, "") for text, number in self.quotes())


async def ask(question: str, scope: Scope) -> Asked:
    """Answer a question, without a conversation before it, through the same steps as on the site."""
    begun, text, answered = perf_counter(), "", rag.Answered("")
    async for part in rag.answer(question, history=(), scope=scope):
        if isinstance(part, rag.Answered):
            answered = part
        elif type(part) is str:  # a phase is a string, too
            text += part
    citations = [citation for citation in answered.citations if citation.cited]
    return Asked(text, citations, answered.model_name, 1000 * (perf_counter() - begun))


async def evaluate(questions: Sequence[Question]) -> dict[str, float | int]:
    """Ask each question of all meetings, then with its meeting as the filter; return the figures of both."""
    user_id = await in_database(listener)
    everything = await in_database(Scope.begin, user_id)
    everywhere = [await ask(question.text, everything) for question in questions]
    filtered = [
        await ask(question.text, await in_database(scope_within, question.recording, user_id)) for question in questions
    ]
    within = {f"{name}, with filter": figure for name, figure in figures(questions, filtered).items()}
    return figures(questions, everywhere) | within


async def share_answered(questions: Sequence[str]) -> float:
    """Return the share of questions that were answered."""
    scope = await in_database(lambda: Scope.begin(listener()))
    answers = [await ask(question, scope) for question in questions]
    return _share(sum(answer.is_answered for answer in answers), len(answers))


def figures(questions: Sequence[Question], answers: Sequence[Asked]) -> dict[str, float | int]:
    """Compare the citations of the answers with the spans that are marked."""
    pairs = [(question, asked) for question, asked in zip(questions, answers, strict=True) if asked.is_answered]
    cited = [(question, citation) for question, asked in pairs for citation in asked.citations]
    right = sum(_is_right(question, citation) for question, citation in cited)
    spans = [(question, asked, span) for question, asked in pairs for span in question.spans]
    return {
        "answered": len(pairs),
        "refused": len(answers) - len(pairs),
        "citations": len(cited),
        "right citations": _share(right, len(cited)),
        "from another meeting": _share(sum(c.recording_uuid != q.recording.uuid for q, c in cited), len(cited)),
        "answers with a right one": _share(
            sum(any(_is_right(q, citation) for citation in asked.citations) for q, asked in pairs), len(pairs)
        ),
        "spans cited": _share(sum(_cites(q, asked, span) for q, asked, span in spans), len(spans)),
        "quotes": sum(len(asked.quotes()) for asked in answers),
        "quotes not in source": sum(asked.lost_quotes() for asked in answers),
        "median ms": median(asked.milliseconds for asked in answers) if answers else 0.0,
    }


def _is_right(question: Question, citation: Citation) -> bool:
    is_there = citation.recording_uuid == question.recording.uuid
    return is_there and any(first <= citation.segment <= last for first, last in question.spans)


def _cites(question: Question, asked: Asked, span: tuple[int, int]) -> bool:
    return any(
        citation.recording_uuid == question.recording.uuid and span[0] <= citation.segment <= span[1]
        for citation in asked.citations
    )


def _share(count: int, total: int) -> float:
    return count / max(total, 1)
