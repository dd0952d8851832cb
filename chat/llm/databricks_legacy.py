"""``databricks-legacy:<endpoint>``: Databricks model serving through langchain-databricks 0.1, for langchain-core 0.3.

The package builds the request, and this module sends it. The package itself would block a thread while it waits for
each token, retry a refused call for minutes without a way to cancel it, and take a keep-alive comment for an error.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from databricks.sdk.core import Config
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("MLFLOW_ENABLE_DB_SDK", "false")  # through the SDK, mlflow retries a refused call for 500 s

import httpx2
from langchain_databricks import ChatDatabricks

from ..prompts import Message
from ..upstream import on_behalf
from ..upstream.workspace import token_of, workspace
from . import ChatModel
from .completions import CONNECT_SECONDS, CompletionsModel, Request
from .langchain import LangChainModel, as_langchain
from .pace import Read, paced

CONNECTIONS = 1000
"""Maximum of concurrent answers; with the library's default of 100, the next one would wait silently."""


def provide(name: str) -> ChatModel:
    """Return the endpoint of this name. Raise ``ImproperlyConfigured`` without a name or a workspace."""
    if not name:
        raise ImproperlyConfigured("CHAT_MODEL=databricks-legacy: needs the name of an endpoint")
    config = workspace()
    model = ChatDatabricks(endpoint=name, max_tokens=settings.CHAT_ANSWER_TOKENS or None)
    if settings.CHAT_LANGSMITH:
        return LangChainModel(model, name=name)
    return CompletionsModel(_request_by(model, config), name=name)


def _request_by(model: ChatDatabricks, config: Config) -> Request:
    client = httpx2.AsyncClient(
        timeout=httpx2.Timeout(settings.CHAT_TOTAL_SECONDS + 5, connect=CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
    )
    token = token_of(config)
    url = f"{config.host}/serving-endpoints/{model.endpoint}/invocations"

    @asynccontextmanager
    async def request(messages: Sequence[Message]) -> AsyncIterator[Read]:
        headers = on_behalf.headers() or {"Authorization": f"Bearer {await token()}"}
        payload = model._prepare_inputs(as_langchain(messages), stream=True)  # noqa: SLF001  # no public function
        async with client.stream("POST", url, json=payload, headers=headers) as response:
            response.raise_for_status()
            yield paced(partial(anext, response.aiter_bytes(), b""))

    return request
