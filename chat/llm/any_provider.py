"""``<provider>:<model>``: any other provider of LangChain whose packages are installed."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from langchain.chat_models import init_chat_model

from ..upstream.failures import line
from . import ChatModel
from .langchain import LangChainModel


def provide(name: str) -> ChatModel:
    """Return the model of this name, for example ``anthropic:claude-sonnet-5``.

    Its package reads the credentials from variables of its own. Raise ``ImproperlyConfigured`` if LangChain does not
    know the provider, or lacks its package or its credentials.
    """
    limit = {"max_tokens": settings.CHAT_ANSWER_TOKENS} if settings.CHAT_ANSWER_TOKENS else {}
    try:
        model = init_chat_model(name, max_retries=0, timeout=settings.CHAT_TOTAL_SECONDS, **limit)
    except Exception as error:  # each package raises exceptions of its own
        raise ImproperlyConfigured(f"LangChain cannot provide CHAT_MODEL={name!r}: {line(error)}") from None
    return LangChainModel(model, name=name.partition(":")[2])
