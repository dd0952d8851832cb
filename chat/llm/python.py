"""``python:<module>:<function>``: the chat model that a function of the site's owner returns."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from . import ChatModel


def provide(name: str) -> ChatModel:
    """Return what the function returns. Raise ``ImproperlyConfigured`` if it cannot be imported."""
    module, _, function = name.partition(":")
    try:
        make: Callable[[], ChatModel] = import_string(f"{module}.{function}")
    except ImportError as error:
        raise ImproperlyConfigured(f"CHAT_MODEL=python:{name} cannot be imported: {error}") from error
    return make()
