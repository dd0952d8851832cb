"""``databricks:<endpoint>``: Databricks model serving through ``ChatDatabricks`` of ``databricks-langchain``."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from databricks.sdk import WorkspaceClient
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from openai import AsyncOpenAI

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # the package imports mlflow

from databricks_langchain import ChatDatabricks

from ..prompts import Message
from ..upstream import on_behalf
from ..upstream.workspace import token_of, workspace
from . import ChatModel
from .completions import CompletionsModel, Request
from .langchain import LangChainModel, as_langchain
from .sdk import http_client, response_to, timeout


def provide(name: str) -> ChatModel:
    """Return the endpoint of this name. Raise ``ImproperlyConfigured`` without a name or a workspace."""
    if not name:
        raise ImproperlyConfigured("CHAT_MODEL=databricks: needs the name of an endpoint")
    config = workspace()
    model = ChatDatabricks(
        model=name,
        workspace_client=WorkspaceClient(config=config),
        max_tokens=settings.CHAT_ANSWER_TOKENS or None,
        max_retries=0,
        timeout=settings.CHAT_TOTAL_SECONDS + 5,
    )
    if settings.CHAT_LANGSMITH:
        return LangChainModel(model, name=name)
    # The model's own client renews its token in the event loop, and opens at most a hundred connections.
    client = AsyncOpenAI(
        base_url=f"{config.host}/serving-endpoints",
        api_key=token_of(config),
        max_retries=0,
        timeout=timeout(),
        http_client=http_client(),
    )
    return CompletionsModel(_request_by(model, client), name=name)


def _request_by(model: ChatDatabricks, client: AsyncOpenAI) -> Request:
    @asynccontextmanager
    async def request(messages: Sequence[Message]) -> AsyncIterator[AsyncIterator[bytes]]:
        payload = model._prepare_inputs(as_langchain(messages), stream=True)  # noqa: SLF001  # no public function
        async with response_to(client, payload, on_behalf.headers()) as body:
            yield body

    return request
