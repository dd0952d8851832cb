"""A chat model of the site's own: ``CHAT_MODEL=python:<module>:<function>``."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from . import ChatModel


def provide(name: str) -> ChatModel:
    """What the function returns. Raises ``ImproperlyConfigured`` when it cannot be imported."""
    module, _, function = name.partition(":")
    try:
        make: Callable[[], ChatModel] = import_string(f"{module}.{function}")
    except ImportError as error:
        raise ImproperlyConfigured(f"CHAT_MODEL=python:{name} cannot be imported: {error}") from error
    return make()
