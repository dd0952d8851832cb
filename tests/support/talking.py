"""Chat models for sites in separate processes: ``CHAT_MODEL=python:tests.support.talking:<name>``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from chat.llm import ChatModel, Delta
from chat.prompts import INSTRUCTIONS, Message, read_fence

WORDS = 500


class Counting:
    """Counts ``word1 word2 …`` at a pace, in paragraphs of 25 words, and cites the first passage at the ``end``.

    It rewrites a follow-up question at once.
    """

    name = "counting"

    def __init__(self, words: int, per_second: float, *, end: str = "[1]") -> None:
        self._words = words
        self._pause = 1 / per_second
        self._end = end

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        if messages[0].content != INSTRUCTIONS:
            yield Delta("When does the Heron launch?", "stop")
            return
        for number in range(1, self._words + 1):
            yield Delta(f"word{number}" + ("\n\n" if number % 25 == 0 else " "))
            await asyncio.sleep(self._pause)
        yield Delta(self._end, "stop")


def steadily() -> ChatModel:
    """Answer for 25 seconds: long enough for many interruptions."""
    return Counting(WORDS, per_second=20)


def for_a_while() -> ChatModel:
    """Answer for eight seconds."""
    return Counting(160, per_second=20)


def briefly() -> ChatModel:
    """Answer for a second."""
    return Counting(20, per_second=20)


def at_length() -> ChatModel:
    """Answer with 150,000 characters at once."""
    return Counting(16_000, per_second=1_000_000)


def without_sources() -> ChatModel:
    """Answer for a moment, and name no source."""
    return Counting(5, per_second=50, end="")


GATE = "nobody has asked for the spare gate"
REPORT = (
    "[{n}] The wardens keep the only key to the pump house.\n\n"
    f"The board learned about the budget, the pump and the summer, and that {GATE} [{{n}}]. "
    "The old one gave way to a pump that leaks less than ours [{n}]."
)


class Reporting:
    """Repeats words of the passage about the gate: behind its number and before it."""

    name = "reporting"

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        passages, _ = read_fence(messages[-1].content)
        number = next(passage["n"] for passage in passages if GATE in str(passage["said"]))
        for line in REPORT.format(n=number).splitlines(keepends=True):
            yield Delta(line)
        yield Delta("", "stop")


def with_numbers() -> ChatModel:
    """Repeat what was said, with markers before and behind the sentences."""
    return Reporting()


LEAK = "the blue pump leaks at the gate"
KEY = "nobody has a spare key for the house"


class Quoting:
    """Repeats words of two passages, and of the first of them once more."""

    name = "quoting"

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        passages, _ = read_fence(messages[-1].content)
        leak, key = (
            next(passage["n"] for passage in passages if words in str(passage["said"])) for words in (LEAK, KEY)
        )
        yield Delta(f"It was said that {LEAK} [{leak}]. Also, {KEY} [{key}].\n\nSo {LEAK} [{leak}].\n\n")
        yield Delta("", "stop")


def with_quotations() -> ChatModel:
    """Repeat words that somebody said, and words that somebody else said."""
    return Quoting()
