"""A chat model without credentials or network: it answers by quoting the passages that it gets."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from django.conf import settings
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from typing_extensions import override

from ..prompts import read_fence
from .langchain import LangChainModel
from .quoting import best
from .statements import Statement

_TOKEN = re.compile(r"\S+\s*|\s+")
_NUMBERS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}
_BREAK = re.compile(r"\s*[\n\r]\s*")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


class QuotingModel(BaseChatModel):
    """A model that quotes the statements which answer the question best, each with the marker of its passage.

    It reads nothing but the messages of ``prompts.answer_prompt``. ``words_per_second`` slows its stream to the pace of
    a reader; 0 streams at full speed.
    """

    words_per_second: float = 0.0

    @property
    @override
    def _llm_type(self) -> str:
        return "chatsite-embedded"

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # LangChain's interface allows any
    ) -> ChatResult:
        *words, last = [chunk.message for chunk in self._chunks(messages)]
        usage = last.usage_metadata if isinstance(last, AIMessageChunk) else None
        message = AIMessage("".join(str(word.content) for word in words), usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])

    @override
    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from self._chunks(messages)

    @override
    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        pause = 1 / self.words_per_second if self.words_per_second > 0 else 0
        for chunk in await asyncio.to_thread(lambda: list(self._chunks(messages))):
            yield chunk
            await asyncio.sleep(pause)

    def _chunks(self, messages: list[BaseMessage]) -> Iterator[ChatGenerationChunk]:
        tokens = _TOKEN.findall(quote(messages))
        read = sum(len(_TOKEN.findall(str(message.content))) for message in messages)
        usage = UsageMetadata(input_tokens=read, output_tokens=len(tokens), total_tokens=read + len(tokens))
        for token in tokens:
            yield ChatGenerationChunk(message=AIMessageChunk(content=token))
        yield ChatGenerationChunk(
            message=AIMessageChunk(content="", usage_metadata=usage, response_metadata={"finish_reason": "stop"})
        )


def provide(_name: str) -> LangChainModel:
    """Return the embedded model, which streams at ``CHAT_EMBEDDED_WORDS_PER_SECOND``."""
    return LangChainModel(QuotingModel(words_per_second=settings.CHAT_EMBEDDED_WORDS_PER_SECOND), name="embedded")


def quote(messages: list[BaseMessage]) -> str:
    """Return the answer: the best statements under their recordings, as Markdown lists with markers."""
    passages, question = read_fence(str(messages[-1].content))
    earlier = [str(message.content) for message in messages[:-1] if message.type == "human"]
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
