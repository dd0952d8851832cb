"""Scripted answers, in place of ``rag.answer``."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from chat.answers.rag import Answered, Part
from chat.models import Citation, Scope
from chat.prompts import Exchange


class Script:
    """The answer to one question: it yields the parts that the test adds."""

    def __init__(self) -> None:
        self.history: Sequence[Exchange] = ()
        self.scope: Scope | None = None
        self.asked = asyncio.Event()
        self.cancelled = asyncio.Event()
        self._parts: asyncio.Queue[Part | Exception | None] = asyncio.Queue()

    def say(self, *parts: Part) -> Script:
        for part in parts:
            self._parts.put_nowait(part)
        return self

    def end(self, finish_reason: str = "stop", citations: Sequence[Citation] = ()) -> Script:
        return self.say(Answered(finish_reason, citations, model_name="script", usage={"output_tokens": 1}))

    def fail(self, error: Exception) -> Script:
        self._parts.put_nowait(error)
        return self

    def break_off(self) -> Script:
        """End without an ``Answered``, which a correct answer never does."""
        self._parts.put_nowait(None)
        return self

    async def play(self) -> AsyncIterator[Part]:
        self.asked.set()
        try:
            while True:
                part = await self._parts.get()
                if part is None:
                    return
                if isinstance(part, Exception):
                    raise part
                yield part
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


class Scripts:
    """A script for each question, created on first use."""

    def __init__(self) -> None:
        self._scripts: defaultdict[str, Script] = defaultdict(Script)

    def __getitem__(self, question: str) -> Script:
        return self._scripts[question]

    def __call__(self, question: str, *, history: Sequence[Exchange], scope: Scope) -> AsyncIterator[Part]:
        script = self[question]
        script.history, script.scope = history, scope
        return script.play()
