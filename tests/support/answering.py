"""Asking for an answer, with a chat model that a test scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from chat.answers import rag
from chat.database import in_database
from chat.llm import Delta
from chat.models import Citation, Phase, Segment
from chat.prompts import Exchange, Message

from .hearing import scope_of


class ScriptedModel:
    """A chat model that yields the given deltas, and records the messages that it got."""

    name = "scripted"

    def __init__(self, *deltas: Delta | Exception) -> None:
        self.messages: Sequence[Message] = ()
        self._deltas = deltas

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        self.messages = messages
        for delta in self._deltas:
            if isinstance(delta, Exception):
                raise delta
            yield delta


async def answer(
    question: str, history: Sequence[Exchange] = (), recordings: Sequence[UUID] = ()
) -> tuple[str, list[Phase], rag.Answered]:
    """Return the text of an answer, its phases, and what it ended with."""
    scope = await in_database(scope_of, *recordings)
    parts = [part async for part in rag.answer(question, history=history, scope=scope)]
    text = "".join(part for part in parts if isinstance(part, str) and not isinstance(part, Phase))
    assert isinstance(parts[-1], rag.Answered)
    return text, [part for part in parts if isinstance(part, Phase)], parts[-1]


def is_verbatim(citation: Citation) -> bool:
    """Return whether the segment of a citation has its excerpt and its speaker."""
    segment = Segment.objects.get(recording=citation.recording, number=citation.segment)
    return citation.excerpt in segment.text and citation.speaker == segment.speaker
