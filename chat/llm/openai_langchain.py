"""``openai:<model>`` through LangChain's ``ChatOpenAI``: for ``CHAT_READER=library`` and for LangSmith."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from django.conf import settings
from langchain_openai import ChatOpenAI
from langchain_openai.chat_models.base import BaseChatOpenAI
from pydantic import SecretStr

from ..prompts import Message
from . import ChatModel
from .completions import CompletionsModel
from .langchain import LangChainModel, as_langchain
from .sdk import cleaning_http_client, http_client, requests_by, timeout

Key = str | Callable[[], Awaitable[str]]


def provide(
    name: str,
    url: str,
    key: Key,
    headers: Callable[[], dict[str, str]],
    *,
    is_openai: bool,
) -> ChatModel:
    """Return the model of this name at this address. ``headers`` are those of each request, beside its own."""
    model = langchain_model(name, url, key, is_openai=is_openai)
    if settings.CHAT_LANGSMITH:
        return LangChainModel(model, name=name)
    client = model.async_client._client  # noqa: SLF001  # the library has no public name
    return CompletionsModel(requests_by(client, lambda messages: payload_of(model, messages), headers), name=name)


def langchain_model(name: str, url: str, key: Key, *, is_openai: bool) -> BaseChatOpenAI:
    """Return LangChain's object for the model."""
    # OpenAI's own models require max_completion_tokens, which many other servers do not know.
    kind: type[BaseChatOpenAI] = ChatOpenAI if is_openai else BaseChatOpenAI
    return kind(
        model=name,
        base_url=url,
        api_key=SecretStr(key) if isinstance(key, str) else key,
        max_retries=0,
        max_tokens=settings.CHAT_ANSWER_TOKENS or None,
        stream_usage=True,
        use_responses_api=False,
        timeout=timeout(),
        http_async_client=cleaning_http_client() if settings.CHAT_LANGSMITH else http_client(),
    )


def payload_of(model: BaseChatOpenAI, messages: Sequence[Message]) -> dict[str, Any]:
    """Return the body of the request for an answer, as LangChain makes it."""
    return model._get_request_payload(  # noqa: SLF001  # the library has no public function
        as_langchain(messages), stream=True, stream_options={"include_usage": True}
    )
