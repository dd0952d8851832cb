"""A chat model with a script for each step of an answer: ``CHAT_MODEL=python:tests.support.step_model:provide``."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import pytest
from pytest_django import Settings

from chat.answers import rag
from chat.database import in_database
from chat.errors import GenerationFailed, ModelBusy
from chat.llm import ChatModel, Delta, chat_model
from chat.models import Phase, Recording
from chat.prompts import GRADING, INSTRUCTIONS, REWORDING, REWRITING, TITLING, Exchange, Message
from chat.upkeep import demo

from .hearing import scope_of

STEPS = {REWRITING: "rewrite", REWORDING: "reword", GRADING: "grade", INSTRUCTIONS: "answer", TITLING: "title"}
USAGE = {"input_tokens": 10, "output_tokens": 1}

Script = Sequence[Delta | Exception | None]
"""Deltas to yield, exceptions to raise, and None for silence."""


def reply(text: str) -> Script:
    """Return a correct reply, in two pieces and with its usage."""
    return [Delta(text[:2]), Delta(text[2:], "stop", USAGE)]


LONG = [Delta("x" * 100) for _ in range(1000)]
BROKEN: list[Script] = [
    [GenerationFailed("the provider's own words")],
    [ModelBusy("429", retry_after=1)],
    [ZeroDivisionError("the provider's own words")],
    [Delta("When does the")],
    [Delta("When does the", "length")],
    [Delta("", "stop")],
    [Delta("“ ”", "stop")],
    [None],
    [Delta("When"), None],
    LONG,
]
"""Replies that a step must ignore."""


class StepModel:
    """Plays the script of the step that it is called for, and records the calls."""

    name = "steps"

    def __init__(self) -> None:
        self.scripts: dict[str, Script] = {
            "rewrite": reply("When does the Heron launch?"),
            "reword": reply("When is the Heron released?"),
            "grade": reply("[]"),
            "answer": reply("On 28 April [1]."),
            "title": reply("Launch of the Heron"),
        }
        self.calls: Counter[str] = Counter()
        self.closed: Counter[str] = Counter()
        self.asked: dict[str, Sequence[Message]] = {}
        self.silent = asyncio.Event()
        """Set once the model is silent."""

    def last_message(self, step: str) -> str:
        """Return the last message of the step's last call."""
        return self.asked[step][-1].content

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        step = STEPS[messages[0].content]
        self.calls[step] += 1
        self.asked[step] = messages
        try:
            for part in self.scripts[step]:
                if part is None:
                    self.silent.set()
                    await asyncio.Event().wait()
                elif isinstance(part, Exception):
                    raise part
                else:
                    yield part
        finally:
            self.closed[step] += 1


_made: list[StepModel] = []


def provide() -> ChatModel:
    """Return a new model for ``CHAT_MODEL``; the site uses the last one."""
    _made.append(StepModel())
    return _made[-1]


@contextmanager
def step_model(settings: Settings) -> Iterator[StepModel]:
    """Yield the model of a site that rewrites and grades."""
    settings.CHAT_MODEL, settings.CHAT_GRADE = "python:tests.support.step_model:provide", True
    chat_model.cache_clear()
    chat_model()
    yield _made.pop()
    chat_model.cache_clear()


@pytest.fixture
def recordings(db: None) -> dict[str, Recording]:
    """The recordings of the demo, by title."""
    demo.load()
    return {recording.title: recording for recording in Recording.objects.all()}


@pytest.fixture
def model(settings: Settings, recordings: dict[str, Recording]) -> Iterator[StepModel]:
    """The model of a site with the demo."""
    with step_model(settings) as model:
        yield model


class AnswerParts(list[rag.Part]):
    """The parts of an answer."""

    @property
    def text(self) -> str:
        return "".join(part for part in self if isinstance(part, str) and not isinstance(part, Phase))

    @property
    def phases(self) -> list[str]:
        return [part.value for part in self if isinstance(part, Phase)]

    @property
    def end(self) -> rag.Answered:
        assert isinstance(self[-1], rag.Answered)
        return self[-1]


async def answer(question: str, history: Sequence[Exchange] = (), recordings: Sequence[UUID] = ()) -> AnswerParts:
    scope = await in_database(scope_of, *recordings)
    return AnswerParts([part async for part in rag.answer(question, history=history, scope=scope)])
