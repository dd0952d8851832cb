"""``openai:<model>``: OpenAI, and whatever else speaks its wire at ``OPENAI_BASE_URL``.

With ``OPENAI_BASE_URL=databricks`` that is the Databricks workspace of the ``DATABRICKS_…`` settings, without the
Databricks packages of LangChain, which are seven times as large.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from langchain_openai import ChatOpenAI
from langchain_openai.chat_models.base import BaseChatOpenAI
from pydantic import SecretStr

from ..upstream import on_behalf
from . import ChatModel
from .completions import CompletionsModel
from .langchain import LangChainModel
from .sdk import http_client, request_by, timeout

OPENAI_URL = "https://api.openai.com/v1"

Key = SecretStr | Callable[[], Awaitable[str]]


def provide(name: str) -> ChatModel:
    """The model of this name. Raises ``ImproperlyConfigured`` without a name or a key."""
    if not name:
        raise ImproperlyConfigured("CHAT_MODEL=openai: lacks the name of the model, as in openai:gpt-5-mini")
    url, key = _endpoint()
    # OpenAI's own models want max_completion_tokens, which many others do not know.
    kind: type[BaseChatOpenAI] = ChatOpenAI if url == OPENAI_URL else BaseChatOpenAI
    model = kind(
        model=name,
        base_url=url,
        api_key=key,
        max_retries=0,
        max_tokens=settings.CHAT_ANSWER_TOKENS or None,
        stream_usage=True,
        use_responses_api=False,
        timeout=timeout(),
        http_async_client=http_client(),
    )
    if settings.CHAT_LANGSMITH:
        return LangChainModel(model, name=name)
    in_name_of = on_behalf.headers if settings.OPENAI_BASE_URL == "databricks" else dict  # to no other server
    return CompletionsModel(request_by(model, in_name_of), name=name)


def _endpoint() -> tuple[str, Key]:
    url, key = settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY
    if url == "databricks":
        return _databricks()
    if not url and not key:
        raise ImproperlyConfigured("CHAT_MODEL=openai:… needs OPENAI_API_KEY, or the OPENAI_BASE_URL of a server")
    return url or OPENAI_URL, SecretStr(key or "none")  # servers of one's own often want no key, but the SDK does


def _databricks() -> tuple[str, Key]:
    from ..upstream.workspace import token_of, workspace

    config = workspace()
    return f"{config.host}/serving-endpoints", token_of(config)
