"""``openai:<model>``: OpenAI, or an OpenAI-compatible server at ``OPENAI_BASE_URL``.

``OPENAI_BASE_URL=databricks`` stands for the Databricks workspace of the ``DATABRICKS_…`` settings; it does not need
LangChain's Databricks packages, which are seven times as large.
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
from .sdk import cleaning_http_client, http_client, request_by, timeout

OPENAI_URL = "https://api.openai.com/v1"

Key = SecretStr | Callable[[], Awaitable[str]]


def provide(name: str) -> ChatModel:
    """Return the model of this name. Raise ``ImproperlyConfigured`` without a name or a key."""
    if not name:
        raise ImproperlyConfigured("CHAT_MODEL=openai: needs the name of a model, for example openai:gpt-5-mini")
    url, key = _endpoint()
    # OpenAI's own models require max_completion_tokens, which many other servers do not know.
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
        http_async_client=cleaning_http_client() if settings.CHAT_LANGSMITH else http_client(),
    )
    if settings.CHAT_LANGSMITH:
        return LangChainModel(model, name=name)
    # No other server may get a user's token.
    user_headers = on_behalf.headers if settings.OPENAI_BASE_URL == "databricks" else dict
    return CompletionsModel(request_by(model, user_headers), name=name)


def _endpoint() -> tuple[str, Key]:
    url, key = settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY
    if url == "databricks":
        return _databricks()
    if not url and not key:
        raise ImproperlyConfigured("CHAT_MODEL=openai:… needs OPENAI_API_KEY, or a server in OPENAI_BASE_URL")
    return url or OPENAI_URL, SecretStr(key or "none")  # self-hosted servers often need no key, but the SDK does


def _databricks() -> tuple[str, Key]:
    from ..upstream.workspace import token_of, workspace

    config = workspace()
    return f"{config.host}/serving-endpoints", token_of(config)
