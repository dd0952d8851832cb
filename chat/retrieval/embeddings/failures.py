"""What can go wrong when vectors are asked for.

What an exception says names its kind and its status alone, so it may be logged: what a provider says may quote the
text that it was sent.
"""

from __future__ import annotations

from ...errors import ModelBusy
from ...upstream.failures import failure

_TOO_MUCH = (400, 413, 422)
"""Statuses for a text that is longer than the model can read, or for more texts than it takes at once."""


class EmbeddingFailed(Exception):
    """There are no vectors to be had."""


class TooMuch(EmbeddingFailed):
    """The endpoint refused these texts; it may take fewer, or shorter ones."""


class Busy(EmbeddingFailed):
    """The endpoint refused for now, or could not be reached; ``retry_after`` (seconds) if it said when."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def embedding_failure(error: Exception) -> EmbeddingFailed:
    """The failure that an exception of a client library amounts to."""
    told, known = kind_of(error), failure(error)
    if isinstance(known, ModelBusy):
        return Busy(told, retry_after=known.retry_after)
    if getattr(error, "status_code", None) in _TOO_MUCH:
        return TooMuch(told)
    return EmbeddingFailed(told)


def kind_of(error: BaseException) -> str:
    """The class and the status of an exception, and nothing that it says."""
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return f"{type(error).__name__}, status {status}" if status else type(error).__name__
