"""``<provider>:<model>`` for any other provider that LangChain knows, where its packages are installed."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from langchain.chat_models import init_chat_model

from ..upstream.failures import line
from . import ChatModel
from .langchain import LangChainModel


def provide(name: str) -> ChatModel:
    """The model of this name, as in ``anthropic:claude-sonnet-5``; its credentials are its package's own.

    Raises ``ImproperlyConfigured`` when LangChain does not know it, lacks its package, or its credentials.
    """
    limit = {"max_tokens": settings.CHAT_ANSWER_TOKENS} if settings.CHAT_ANSWER_TOKENS else {}
    try:
        model = init_chat_model(name, max_retries=0, timeout=settings.CHAT_TOTAL_SECONDS, **limit)
    except Exception as error:  # each package has its own way to say what it lacks
        raise ImproperlyConfigured(f"CHAT_MODEL={name!r} cannot be used: {line(error)}") from None
    return LangChainModel(model, name=name.partition(":")[2])
