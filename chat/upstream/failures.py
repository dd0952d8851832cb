"""Conversion of library exceptions to our failures, which say whether to retry, and to log lines without credentials.

It looks only at the class names and attributes of the exceptions, so that it need not import the libraries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.conf import settings

from ..errors import GenerationFailed, ModelBusy, ModelDenied, ModelUnknown, ModelUnreachable, TurnFailed

TEXT_LIMIT = 500
"""Maximum of characters that the log gets of a library's message."""

_CONNECTION = {
    "APIConnectionError",
    "ChunkedEncodingError",
    "ClientConnectionError",
    "ClientPayloadError",
    "ConnectionError",
    "TransportError",
}
"""Exception classes for a failed or broken connection, of SDKs like OpenAI's, requests, aiohttp and httpx."""
_REFUSALS: dict[int | None, type[GenerationFailed]] = {401: ModelDenied, 403: ModelDenied, 404: ModelUnknown}
_CREDENTIAL_HEADERS = ("authorization", "api-key", "x-api-key")
_CREDENTIAL_SETTINGS = (
    "OPENAI_API_KEY",
    "EMBEDDINGS_API_KEY",
    "TRANSCRIBER_API_KEY",
    "DATABRICKS_TOKEN",
    "DATABRICKS_CLIENT_SECRET",
    "SCIM_TOKEN",
    "S3_SECRET_ACCESS_KEY",
    "SSO_OIDC_CLIENT_SECRET",
)
_hidden: ContextVar[tuple[str, ...]] = ContextVar("hidden_credentials", default=())
_CREDENTIAL = re.compile(r"(?i)\bbearer\s+\S+|\b(?:sk-|dapi|eyJ)[\w.~+/-]{6,}")


def failure(error: Exception) -> TurnFailed:
    """Return the failure for an exception of a chat model's library; return one of ours unchanged."""
    if isinstance(error, TurnFailed):
        return error
    status = _status(error)
    if status == 429 or (status or 0) >= 500:
        return ModelBusy(line(error), retry_after=retry_after(_headers(error)))
    if status is None and any(kind.__name__ in _CONNECTION for kind in type(error).__mro__):
        return ModelUnreachable(line(error))
    return _REFUSALS.get(status, GenerationFailed)(line(error))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait by ``Retry-After``, a number or a date; None if it is missing or invalid."""
    value = headers.get("retry-after") or headers.get("Retry-After") or ""
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value.strip()):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _status(error: Exception) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int):
            return status
    return None


def _headers(error: Exception) -> Mapping[str, str]:
    headers = getattr(getattr(error, "response", None), "headers", None)
    return headers if isinstance(headers, Mapping) else {}


def hide_in_log(credential: str) -> str:
    """Redact this credential from all that is logged for the current task; return it unchanged."""
    if credential not in _hidden.get():
        _hidden.set((*_hidden.get(), credential))
    return credential


def line(error: BaseException) -> str:
    """Return the exception and its causes in one line for the log, without credentials."""
    messages = (f"{type(raised).__module__}.{type(raised).__qualname__}: {raised}" for raised in _chain(error))
    return redacted(" ← ".join(messages), *_sent_credentials(error))


def redacted(text: str, *credentials: str) -> str:
    """Return a text for the log, cut to ``TEXT_LIMIT`` and without credentials.

    It redacts these ones, those of the task and of the settings, and what looks like a credential.
    """
    configured = (str(getattr(settings, name, "")) for name in _CREDENTIAL_SETTINGS)
    for credential in (*credentials, *_hidden.get(), *configured):
        if len(credential) > 5:  # a shorter one may be part of ordinary text
            text = text.replace(credential, "***")
    return _CREDENTIAL.sub("***", text)[:TEXT_LIMIT]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(3):
        if error is None:
            return
        yield error
        error = error.__cause__


def _sent_credentials(error: BaseException) -> list[str]:
    try:
        request = getattr(error, "request", None) or getattr(getattr(error, "response", None), "request", None)
    except RuntimeError:  # httpx raises it if the exception has no request
        return []
    headers = getattr(request, "headers", None) or {}
    values = (headers.get(name) or "" for name in _CREDENTIAL_HEADERS)
    return [word for value in values for word in value.split()[-1:]]
