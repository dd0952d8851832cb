"""``databricks:<endpoint>``: Databricks model serving through ``ChatDatabricks`` of ``databricks-langchain``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any

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
from .completions import CompletionsModel
from .langchain import LangChainModel, as_langchain
from .sdk import http_client, requests_by, timeout


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
    return CompletionsModel(requests_by(client, partial(_payload_of, model), on_behalf.headers), name=name)


def _payload_of(model: ChatDatabricks, messages: Sequence[Message]) -> dict[str, Any]:
    inputs: dict[str, Any] = model._prepare_inputs(as_langchain(messages), stream=True)  # noqa: SLF001  # no public one
    return inputs
