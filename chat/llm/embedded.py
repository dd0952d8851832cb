"""A chat model without credentials or network: it answers by quoting the passages that it gets."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

from django.conf import settings

from ..prompts import Message, read_fence
from . import Delta
from .quoting import best
from .statements import Statement

_TOKEN = re.compile(r"\S+\s*|\s+")
_NUMBERS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}
_BREAK = re.compile(r"\s*[\n\r]\s*")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


class QuotingModel:
    """A model that quotes the statements which answer the question best, each with the marker of its passage.

    It reads nothing but the messages of ``prompts.answer_prompt``. ``words_per_second`` slows its stream to the pace of
    a reader; 0 streams at full speed.
    """

    name = "embedded"

    def __init__(self, words_per_second: float = 0.0) -> None:
        self._pause = 1 / words_per_second if words_per_second > 0 else 0

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        """Yield the answer word by word, and at its end what was read and written."""
        words = _TOKEN.findall(await asyncio.to_thread(quote, messages))
        for word in words:
            yield Delta(word)
            await asyncio.sleep(self._pause)
        read = sum(len(_TOKEN.findall(message.content)) for message in messages)
        yield Delta("", "stop", {"input_tokens": read, "output_tokens": len(words)})


def provide(_name: str) -> QuotingModel:
    """Return the embedded model, which streams at ``CHAT_EMBEDDED_WORDS_PER_SECOND``."""
    return QuotingModel(settings.CHAT_EMBEDDED_WORDS_PER_SECOND)


def quote(messages: Sequence[Message]) -> str:
    """Return the answer: the best statements under their recordings, as Markdown lists with markers."""
    passages, question = read_fence(messages[-1].content)
    earlier = [message.content for message in messages[:-1] if message.role == "user"]
    groups = best(passages, question, earlier[-1] if earlier else "")
    if not groups:
        return "The recordings do not say."
    return "\n\n".join([_summary(groups), *(_group(group, is_only=len(groups) == 1) for group in groups)])


def _summary(groups: Sequence[Sequence[Statement]]) -> str:
    """Return the line on top, which says what follows."""
    nearest = f"**{_literal(groups[0][0].recording)}**"
    if len(groups) == 1:
        return f"One recording speaks of this: {nearest}. In its words:"
    count = _NUMBERS.get(len(groups), str(len(groups)))
    return f"{count} recordings speak of this; nearest: {nearest}. In their words:"


def _group(group: Sequence[Statement], *, is_only: bool) -> str:
    lines = "\n".join(map(_line, group))
    return lines if is_only else f"**{_literal(group[0].recording)}**\n\n{lines}"


def _line(statement: Statement) -> str:
    speaker = f"**{_literal(statement.speaker)}:** " if statement.speaker else ""
    return f"- {speaker}{' '.join(f'“{_literal(part)}” [{statement.passage}]' for part in statement.parts)}"


def _literal(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", _BREAK.sub(" ", text))
