"""Chat models behind one small interface; each provider is one file, chosen by ``CHAT_MODEL``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from ..prompts import Message
from .retrying import RetryingModel, closing

__all__ = [
    "PROVIDERS",
    "ChatModel",
    "Delta",
    "RetryingModel",
    "chat_model",
    "closing",
    "is_known",
    "is_quote_only",
    "loaded_model",
]


@dataclass(frozen=True, slots=True)
class Delta:
    """What a chat model yields: some text, and with its last one why it ended and what it used (in tokens)."""

    text: str
    finish_reason: str = ""
    usage: dict[str, int] | None = None


PROVIDERS = ("embedded", "openai", "databricks", "databricks-legacy", "python")
"""The kinds of ``CHAT_MODEL``; each is a module here with a function ``provide(name)``.

Any other kind is a provider of LangChain's ``init_chat_model``, where the package ``langchain`` is installed.
"""

_loading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")  # imports can take 20 s, others' threads not


class ChatModel(Protocol):
    """Something that answers. ``name`` is kept with the turn."""

    name: str

    def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        """Yield the answer as it comes. Raises ``GenerationFailed`` or ``TimedOut``; cancelling the task stops it."""
        ...


@cache
def chat_model() -> RetryingModel:
    """The chat model that ``CHAT_MODEL`` names, as ``<kind>:<name>``. Imports its libraries: see ``loaded_model``.

    ``python:<module>:<function>`` calls a function of yours that returns a ``ChatModel``. Raises
    ``ImproperlyConfigured`` when the setting names nothing that is known or installed.
    """
    _keep_to_ourselves()
    kind, _, name = str(settings.CHAT_MODEL).partition(":")
    if not is_known(kind):
        raise ImproperlyConfigured(
            f"CHAT_MODEL={settings.CHAT_MODEL!r} is not known; known are: {', '.join(PROVIDERS)}"
        )
    module = kind.replace("-", "_") if kind in PROVIDERS else "any_provider"
    try:
        provider: Callable[[str], ChatModel] = import_string(f"{__name__}.{module}.provide")
    except ImportError as error:
        raise ImproperlyConfigured(f"CHAT_MODEL={settings.CHAT_MODEL!r}: a package is missing: {error}") from error
    return RetryingModel(provider(name if kind in PROVIDERS else settings.CHAT_MODEL))


async def loaded_model() -> RetryingModel:
    """``chat_model()``, waited for where no database work and no second import waits for it."""
    return await asyncio.get_running_loop().run_in_executor(_loading, chat_model)


def is_known(kind: str) -> bool:
    """Whether there is a provider for this kind of ``CHAT_MODEL`` (known without importing any)."""
    return kind in PROVIDERS or find_spec("langchain") is not None


def _keep_to_ourselves() -> None:
    """An inherited variable must not send questions and transcripts to LangSmith; only our own setting does."""
    if not settings.CHAT_LANGSMITH:
        for name in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"):
            os.environ[name] = "false"


def is_quote_only() -> bool:
    """Whether the site answers with quotes alone, which its pages say (known without importing the model)."""
    return str(settings.CHAT_MODEL).partition(":")[0] == "embedded"
