"""``openai:<model>``: OpenAI, or an OpenAI-compatible server at ``OPENAI_BASE_URL``.

``OPENAI_BASE_URL=databricks`` stands for the Databricks workspace of the ``DATABRICKS_…`` settings; it does not need
LangChain's Databricks packages, which are seven times as large.

The request has the few fields that our settings allow, so it is made here: importing LangChain for that would take
54 MB and a second and a half. ``CHAT_READER=library`` and LangSmith still use LangChain, and a test compares the two.
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from openai import AsyncOpenAI

from ..prompts import Message
from ..upstream import on_behalf
from . import ChatModel
from .completions import CompletionsModel
from .sdk import http_client, requests_by, timeout

OPENAI_URL = "https://api.openai.com/v1"

Key = str | Callable[[], Awaitable[str]]

_IS_O_SERIES = re.compile(r"o\d")


def provide(name: str) -> ChatModel:
    """Return the model of this name. Raise ``ImproperlyConfigured`` without a name or a key."""
    if not name:
        raise ImproperlyConfigured("CHAT_MODEL=openai: needs the name of a model, for example openai:gpt-5-mini")
    url, key = _endpoint()
    is_openai = url == OPENAI_URL
    # No other server may get a user's token.
    user_headers = on_behalf.headers if settings.OPENAI_BASE_URL == "databricks" else dict
    if settings.CHAT_LANGSMITH or settings.CHAT_READER == "library":
        from . import openai_langchain

        return openai_langchain.provide(name, url, key, user_headers, is_openai=is_openai)
    payload = partial(payload_of, name, is_openai=is_openai)
    return CompletionsModel(requests_by(_client(url, key), payload, user_headers), name=name)


def payload_of(name: str, messages: Sequence[Message], *, is_openai: bool) -> dict[str, Any]:
    """Return the body of the request for an answer.

    OpenAI's own models require ``max_completion_tokens``, which many other servers do not know. Its o-series calls
    what the system says the developer's, and o1 takes no other temperature.
    """
    system = "developer" if is_openai and _IS_O_SERIES.match(name) else "system"
    limit = "max_completion_tokens" if is_openai else "max_tokens"
    return {
        "model": name,
        "stream": True,
        "stream_options": {"include_usage": True},
        **({limit: settings.CHAT_ANSWER_TOKENS} if settings.CHAT_ANSWER_TOKENS else {}),
        **({"temperature": 1.0} if name.lower().startswith("o1") else {}),
        "messages": [
            {"content": message.content, "role": system if message.role == "system" else message.role}
            for message in messages
        ],
    }


def _client(url: str, key: Key) -> AsyncOpenAI:
    return AsyncOpenAI(
        base_url=url,
        api_key=key,
        organization=os.environ.get("OPENAI_ORG_ID") or os.environ.get("OPENAI_ORGANIZATION"),
        max_retries=0,
        timeout=timeout(),
        http_client=http_client(),
    )


def _endpoint() -> tuple[str, Key]:
    url, key = settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY
    if url == "databricks":
        return _databricks()
    if not url and not key:
        raise ImproperlyConfigured("CHAT_MODEL=openai:… needs OPENAI_API_KEY, or a server in OPENAI_BASE_URL")
    return url or OPENAI_URL, key or "none"  # self-hosted servers often need no key, but the SDK does


def _databricks() -> tuple[str, Key]:
    from ..upstream.workspace import token_of, workspace

    config = workspace()
    return f"{config.host}/serving-endpoints", token_of(config)
