"""Adapter from any LangChain chat model to ``ChatModel``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage

from ..prompts import Message
from ..upstream.failures import failure
from . import Delta
from .chunk import THOUGHT, text_of, thinks_in
from .finish_reason import finish_reason

_REASON_KEYS = ("finish_reason", "stop_reason", "stopReason", "done_reason")
_KINDS: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}


class LangChainModel:
    """A chat model that streams through the ``astream`` of a ``BaseChatModel``."""

    def __init__(self, model: BaseChatModel, *, name: str) -> None:
        self.name = name
        self._model = model

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        try:
            async for chunk in self._model.astream(as_langchain(messages)):
                yield _delta(chunk)
        except Exception as error:  # whatever a library raises must fail this turn alone
            raise failure(error) from None


def as_langchain(messages: Sequence[Message]) -> list[BaseMessage]:
    """Return the messages as objects of LangChain, which never formats those as templates."""
    return [_KINDS[message.role](content=message.content) for message in messages]


def _delta(chunk: BaseMessage) -> Delta:
    usage = chunk.usage_metadata if isinstance(chunk, AIMessageChunk) else None
    text = text_of(chunk.content)
    return Delta(
        text=text.replace(THOUGHT, ""),
        finish_reason=_reason(chunk.response_metadata),
        usage={key: usage[key] for key in ("input_tokens", "output_tokens")} if usage else None,
        thinks=THOUGHT in text or thinks_in({**chunk.additional_kwargs, "content": chunk.content}),
    )


def _reason(metadata: Mapping[str, object]) -> str:
    return finish_reason(next((str(metadata[key]) for key in _REASON_KEYS if metadata.get(key)), ""))
