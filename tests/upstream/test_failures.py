"""Exceptions of libraries, converted to our failures and log lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pytest_django import Settings

from chat.errors import GenerationFailed, ModelBusy, ModelDenied, ModelUnknown, ModelUnreachable, TimedOut
from chat.upstream.failures import TEXT_LIMIT, failure, line, redacted, retry_after

KEY = "canary-credential-1177"


class Request:
    headers = {"authorization": f"Bearer {KEY}"}


class Response:
    request = Request()

    def __init__(self, status_code: int, **headers: str) -> None:
        self.status_code = status_code
        self.headers = headers


class RefusedByLibrary(Exception):
    """An exception like those of requests and httpx, whose response has the status."""

    def __init__(self, text: str, response: Response) -> None:
        super().__init__(text)
        self.response = response


class TransportError(Exception):
    """An exception with the name of httpx's base class for connection errors."""


class ReadError(TransportError):
    pass


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RefusedByLibrary("", Response(429)), ModelBusy),
        (RefusedByLibrary("", Response(503)), ModelBusy),
        (RefusedByLibrary("", Response(400)), GenerationFailed),
        (RefusedByLibrary("", Response(401)), ModelDenied),
        (RefusedByLibrary("", Response(403)), ModelDenied),
        (RefusedByLibrary("", Response(404)), ModelUnknown),
        (ReadError("broken"), ModelUnreachable),
        (ConnectionRefusedError("refused"), ModelUnreachable),
        (KeyError("choices"), GenerationFailed),
        (TimedOut("ours"), TimedOut),
    ],
)
def test_an_exception_of_a_library_becomes_the_matching_failure(error: Exception, kind: type[Exception]) -> None:
    assert type(failure(error)) is kind


def test_a_busy_failure_has_the_retry_after_of_the_response() -> None:
    busy = failure(RefusedByLibrary("", Response(429, **{"retry-after": "7"})))

    assert isinstance(busy, ModelBusy)
    assert busy.retry_after == 7


@pytest.mark.parametrize(("value", "seconds"), [("", None), ("soon", None), ("-1", None), ("0", 0), ("2.5", 2.5)])
def test_an_invalid_retry_after_is_none(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


@pytest.mark.parametrize("zone", [UTC, None])
def test_a_retry_after_may_be_a_date(zone: object) -> None:
    date = format_datetime((datetime.now(UTC) + timedelta(hours=1)).replace(tzinfo=UTC if zone else None))

    seconds = retry_after({"retry-after": date})

    assert seconds is not None
    assert 3500 < seconds <= 3600


def test_the_credential_that_was_sent_is_not_logged() -> None:
    logged = line(RefusedByLibrary(f"the key {KEY} is wrong", Response(401)))

    assert KEY not in logged
    assert "the key *** is wrong" in logged


def test_an_error_whose_request_had_a_blank_credential_is_logged() -> None:
    response = Response(401)
    response.request = Request()
    response.request.headers = {"authorization": " "}

    assert "the key is wrong" in line(RefusedByLibrary("the key is wrong", response))


@pytest.mark.parametrize(
    "secret", ["sk-abcdef123456", "dapi0123456789ab", "Bearer something", "eyJhbGciOi.payload.sig"]
)
def test_what_looks_like_a_credential_is_not_logged(secret: str) -> None:
    assert secret.split()[-1] not in redacted(f"header: {secret} and so on")


def test_credentials_of_the_settings_are_not_logged(settings: Settings) -> None:
    settings.DATABRICKS_CLIENT_SECRET = KEY

    assert redacted(f"client_secret={KEY}") == "client_secret=***"


def test_a_long_error_text_is_cut() -> None:
    assert len(redacted("x" * 100_000)) == TEXT_LIMIT


def test_the_causes_of_an_exception_are_logged() -> None:
    try:
        try:
            raise ConnectionResetError("reset by peer")
        except OSError as cause:
            raise KeyError("choices") from cause
    except KeyError as error:
        logged = line(error)

    assert "choices" in logged
    assert "reset by peer" in logged
