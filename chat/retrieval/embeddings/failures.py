"""Failures of an embedding endpoint.

Their messages have only the kind and status of the original exception, so they may be logged: a provider's own message
may quote the text that it was sent.
"""

from __future__ import annotations

from ...errors import ModelBusy
from ...upstream.failures import failure

_TOO_MUCH = (400, 413, 422)
"""Statuses for a text that is too long for the model, or for too many texts at once."""


class EmbeddingFailed(Exception):
    """The endpoint made no vectors."""


class TooMuch(EmbeddingFailed):
    """The endpoint refused these texts; it may accept fewer or shorter ones."""


class Busy(EmbeddingFailed):
    """The endpoint refused for now, or could not be reached; ``retry_after`` is in seconds, None if it did not say."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def embedding_failure(error: Exception) -> EmbeddingFailed:
    """Return the failure for an exception of a client library."""
    message, model_failure = kind_of(error), failure(error)
    if isinstance(model_failure, ModelBusy):
        return Busy(message, retry_after=model_failure.retry_after)
    if getattr(error, "status_code", None) in _TOO_MUCH:
        return TooMuch(message)
    return EmbeddingFailed(message)


def kind_of(error: BaseException) -> str:
    """Return the class and status of an exception, without its message."""
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return f"{type(error).__name__}, status {status}" if status else type(error).__name__
