"""What libraries raise, as our failures: whether it makes sense to ask again, and a line for the log without secrets.

The libraries are told apart by what their exceptions have, so that none of them is imported here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.conf import settings

from ..errors import GenerationFailed, ModelBusy, TurnFailed

TEXT_LIMIT = 500
"""Characters of a library's message that go into the log."""

_CONNECTION = {
    "APIConnectionError",
    "ChunkedEncodingError",
    "ClientConnectionError",
    "ConnectionError",
    "TransportError",
}
"""The classes for "it could not be reached, or broke off" of the OpenAI kind of SDKs, requests, aiohttp and httpx."""
_CREDENTIAL_HEADERS = ("authorization", "api-key", "x-api-key")
_CREDENTIAL_SETTINGS = ("OPENAI_API_KEY", "EMBEDDINGS_API_KEY", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_SECRET")
_in_use: ContextVar[tuple[str, ...]] = ContextVar("credentials_in_use", default=())
_CREDENTIAL = re.compile(r"(?i)\bbearer\s+\S+|\b(?:sk-|dapi|eyJ)[\w.~+/-]{6,}")


def failure(error: Exception) -> TurnFailed:
    """The failure that an exception of a chat model's library amounts to; one of ours stays what it is."""
    if isinstance(error, TurnFailed):
        return error
    status = _status(error)
    if status == 429 or (status or 0) >= 500:
        return ModelBusy(line(error), retry_after=retry_after(_headers(error)))
    if status is None and any(kind.__name__ in _CONNECTION for kind in type(error).__mro__):
        return ModelBusy(line(error))
    return GenerationFailed(line(error))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks to wait (it may also be a date); None for none, or one that makes no sense."""
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


def in_use(credential: str) -> str:
    """The same credential, of which nothing that is logged for this task will show anything."""
    if credential not in _in_use.get():
        _in_use.set((*_in_use.get(), credential))
    return credential


def line(error: BaseException) -> str:
    """The exception and its causes in one line for the log, without credentials."""
    said = " ← ".join(f"{type(each).__module__}.{type(each).__qualname__}: {each}" for each in _chain(error))
    return redacted(said, *_sent_credentials(error))


def redacted(text: str, *credentials: str) -> str:
    """A text for the log, short and without these credentials, those of the task and the settings, and what looks like
    one."""
    known = (str(getattr(settings, name, "")) for name in _CREDENTIAL_SETTINGS)
    for credential in (*credentials, *_in_use.get(), *known):
        if len(credential) > 5:  # a shorter one would blot out ordinary text
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
    except RuntimeError:  # httpx, of an exception that came before the request
        return []
    headers = getattr(request, "headers", None) or {}
    return [value.split()[-1] for value in map(headers.get, _CREDENTIAL_HEADERS) if value]
