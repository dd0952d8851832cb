"""Chat models behind one small interface; each provider is a module, and ``CHAT_MODEL`` selects one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from msgspec import Struct

from ..prompts import Message
from .retrying import RetryingModel, closing
from .shown_name import credit, shown_name

__all__ = [
    "PROVIDERS",
    "ChatModel",
    "Delta",
    "RetryingModel",
    "chat_model",
    "closing",
    "credit",
    "credit_of_site",
    "is_known",
    "is_quote_only",
    "loaded_model",
    "name_for_readers",
    "shown_name",
]


class Delta(Struct, frozen=True):
    """A piece of an answer's text; the last one has the finish reason and the usage in tokens.

    ``thinks`` is whether the model has thought; thoughts are never text. ``retracts`` is whether all text before this
    delta turns out to have been a thought.
    """

    text: str
    finish_reason: str = ""
    usage: dict[str, int] | None = None
    thinks: bool = False
    retracts: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it has text and nothing else."""
        return not (self.finish_reason or self.usage or self.thinks or self.retracts)


PROVIDERS = ("embedded", "openai", "databricks", "databricks-legacy", "python")
"""The kinds of ``CHAT_MODEL``; each has a module in this package with a function ``provide(name)``.

If the package ``langchain`` is installed, any other kind is a provider of its ``init_chat_model``.
"""

# Imports can take 20 s, too long for a shared thread; a single worker never imports twice.
_loading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")


class ChatModel(Protocol):
    """A model that streams answers. The site stores ``name`` with the turn."""

    name: str

    def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        """Yield the answer as it arrives; stop when the task is cancelled.

        Raise ``GenerationFailed`` or ``TimedOut``.
        """
        ...


@cache
def chat_model() -> RetryingModel:
    """Return the chat model that ``CHAT_MODEL`` names as ``<kind>:<name>``.

    Importing its libraries blocks for seconds: see ``loaded_model``. Raise ``ImproperlyConfigured`` if the kind is
    unknown, or its packages are not installed.
    """
    _turn_off_langsmith()
    kind, _, name = str(settings.CHAT_MODEL).partition(":")
    if not is_known(kind):
        raise ImproperlyConfigured(
            f"CHAT_MODEL={settings.CHAT_MODEL!r} is unknown; the known kinds are: {', '.join(PROVIDERS)}"
        )
    module = kind.replace("-", "_") if kind in PROVIDERS else "any_provider"
    try:
        provider: Callable[[str], ChatModel] = import_string(f"{__name__}.{module}.provide")
    except ImportError as error:
        raise ImproperlyConfigured(
            f"CHAT_MODEL={settings.CHAT_MODEL!r} needs a package that is not installed: {error}"
        ) from error
    return RetryingModel(provider(name if kind in PROVIDERS else settings.CHAT_MODEL))


async def loaded_model() -> RetryingModel:
    """Return ``chat_model()``, loaded in a thread of its own, where its imports delay no database work.

    Once it is loaded, no question waits for that thread.
    """
    if chat_model.cache_info().currsize:
        return chat_model()
    return await asyncio.get_running_loop().run_in_executor(_loading, chat_model)


def name_for_readers() -> str:
    """Return the name of the chat model as readers see it, without importing the model.

    It is empty if the name shows too much, and for ``python:``, whose model has its name only once it is loaded.
    """
    if chat_model.cache_info().currsize:
        return shown_name(chat_model().name)
    kind, _, name = str(settings.CHAT_MODEL).partition(":")
    return "" if kind == "python" else shown_name(name or kind)


def credit_of_site() -> str:
    """Return the line that says that the chat model of the site writes the answers."""
    return credit("embedded" if is_quote_only() else name_for_readers()) or "Written by an AI"


def is_known(kind: str) -> bool:
    """Return whether this kind of ``CHAT_MODEL`` has a provider, without importing it."""
    return kind in PROVIDERS or find_spec("langchain") is not None


def _turn_off_langsmith() -> None:
    """Turn off tracing to LangSmith, unless ``CHAT_LANGSMITH`` is set.

    An inherited environment variable must not send questions and transcripts there.
    """
    if not settings.CHAT_LANGSMITH:
        for name in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"):
            os.environ[name] = "false"


def is_quote_only() -> bool:
    """Return whether the site answers with quotes alone, as its pages then say, without importing the model."""
    return str(settings.CHAT_MODEL).partition(":")[0] == "embedded"
