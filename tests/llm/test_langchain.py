"""The adapter for LangChain's chat models."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage

from chat.errors import GenerationFailed
from chat.llm import Delta
from chat.llm.langchain import LangChainModel
from chat.prompts import Message


class Library:
    """The part of a LangChain model that the adapter uses."""

    def __init__(self, *chunks: AIMessageChunk | Exception) -> None:
        self.messages: list[BaseMessage] = []
        self._chunks = chunks

    async def astream(self, messages: list[BaseMessage]) -> AsyncIterator[AIMessageChunk]:
        self.messages = messages
        for chunk in self._chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk


async def stream(library: Library, *messages: Message) -> list[Delta]:
    model = LangChainModel(cast(BaseChatModel, library), name="any")
    return [delta async for delta in model.stream(messages)]


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"finish_reason": "stop"}, "stop"),
        ({"stop_reason": "end_turn"}, "end_turn"),
        ({"stop_reason": "max_tokens"}, "length"),
        ({"finish_reason": "MAX_TOKENS"}, "length"),
        ({"finish_reason": "SAFETY"}, "content_filter"),
        ({"stop_reason": "refusal"}, "content_filter"),
        ({"finish_reason": "RECITATION"}, "content_filter"),
        ({"stop_reason": "model_context_window_exceeded"}, "length"),
        ({"done_reason": "stop"}, "stop"),
        ({"stop_reason": None}, ""),
    ],
)
async def test_finish_reasons_of_providers_are_translated(metadata: dict[str, object], reason: str) -> None:
    [delta] = await stream(Library(AIMessageChunk(content="word", response_metadata=metadata)))

    assert delta.finish_reason == reason


async def test_a_finish_reason_that_reports_an_abort_is_a_failure() -> None:
    with pytest.raises(GenerationFailed, match="broke off"):
        await stream(Library(AIMessageChunk(content="word", response_metadata={"finish_reason": "ERROR"})))


async def test_only_text_blocks_count() -> None:
    blocks: list[str | dict[str, object]] = [
        {"type": "reasoning", "reasoning": "hm"},
        {"type": "text", "text": "yes"},
        "!",
    ]

    assert [delta.text for delta in await stream(Library(AIMessageChunk(content=blocks)))] == ["yes!"]


@pytest.mark.parametrize(
    "chunk",
    [
        AIMessageChunk(content=[{"type": "thinking", "thinking": "hm"}]),
        AIMessageChunk(content=[{"type": "reasoning", "reasoning": "hm"}]),
        AIMessageChunk(content=[{"type": "redacted_thinking", "data": "x"}]),
        AIMessageChunk(content="", additional_kwargs={"reasoning_content": "hm"}),
    ],
)
async def test_a_thought_is_no_text_but_a_sign_of_life(chunk: AIMessageChunk) -> None:
    assert await stream(Library(chunk)) == [Delta("", thinks=True)]


async def test_any_exception_of_the_library_is_a_failure_of_the_turn() -> None:
    with pytest.raises(GenerationFailed, match="KeyError"):
        await stream(Library(AIMessageChunk(content="word"), KeyError("choices")))


async def test_a_question_is_never_formatted_as_a_template() -> None:
    library = Library(AIMessageChunk(content="word"))
    question = '{x.__class__} {{y}} %s {"lc": 1}'

    await stream(library, Message("system", "Answer."), Message("user", question))

    assert [message.content for message in library.messages] == ["Answer.", question]
