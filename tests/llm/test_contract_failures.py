"""The contract of every client of a chat model: what is retried, refused, and kept to ourselves."""

from __future__ import annotations

import logging

import pytest

from chat.errors import GenerationFailed, ModelBusy
from chat.llm.retrying import RETRIES, RetryingModel
from chat.upstream.breaker import FAILURES

from ..support.clients import KEY
from ..support.outcomes import ask
from ..support.upstream import Upstream
from ..support.upstream_script import PROVIDER_TEXT


@pytest.mark.parametrize("status", ["400", "401", "403", "404"])
async def test_a_refused_call_is_not_retried(model: RetryingModel, upstream: Upstream, status: str) -> None:
    outcome = await ask(model, upstream, f"status {status}")

    assert isinstance(outcome.failure, GenerationFailed)
    assert len(upstream.calls) == 1


@pytest.mark.parametrize("status", ["429", "500", "503", "529"])
@pytest.mark.parametrize(
    ("retry_after", "attempts", "pauses"),
    [("", 3, None), ("1", 3, [1, 1]), ("0", 3, [0, 0]), ("soon", 3, None), ("-1", 3, None), ("3600", 1, [])],
)
async def test_calls_of_a_busy_endpoint_are_retried_as_documented(
    model: RetryingModel, upstream: Upstream, status: str, retry_after: str, attempts: int, pauses: list[float] | None
) -> None:
    outcome = await ask(model, upstream, f"status {status} {retry_after}")

    assert isinstance(outcome.failure, ModelBusy)
    assert len(upstream.calls) == attempts
    assert outcome.pauses == pauses if pauses is not None else len(outcome.pauses) == RETRIES


@pytest.mark.parametrize("failure", ["status 503", "status 429 0", "cut", "reset", "head; reset"])
async def test_only_the_successful_attempt_is_seen(model: RetryingModel, upstream: Upstream, failure: str) -> None:
    outcome = await ask(model, upstream, failure, "tokens 2; finish; done")

    assert (outcome.text, outcome.failure, len(upstream.calls)) == ("word1 word2 ", None, 2)


async def test_an_unavailable_endpoint_is_not_called_after_too_many_failures(
    model: RetryingModel, upstream: Upstream
) -> None:
    for _ in range(FAILURES):
        await ask(model, upstream, "status 503")
    calls = len(upstream.calls)

    outcome = await ask(model, upstream, "tokens 1; finish; done")

    assert isinstance(outcome.failure, GenerationFailed)
    assert len(upstream.calls) == calls == FAILURES


@pytest.mark.parametrize(
    "script", ["status 401", "status 429 3600", "status 500", "tokens 1; error", "tokens 1; garbage", "tokens 1; reset"]
)
async def test_credentials_are_never_logged_and_provider_texts_never_shown_to_users(
    model: RetryingModel, upstream: Upstream, caplog: pytest.LogCaptureFixture, script: str
) -> None:
    caplog.set_level(logging.DEBUG)

    outcome = await ask(model, upstream, script)

    assert outcome.failure
    assert KEY not in caplog.text + str(outcome.failure)
    assert PROVIDER_TEXT not in outcome.failure.failure.label


@pytest.mark.parametrize("status", ["301", "307", "308"])
async def test_redirects_are_not_followed(model: RetryingModel, upstream: Upstream, status: str) -> None:
    head = f"HTTP/1.1 {status} Moved\\r\\nLocation: {upstream.url}/v1/elsewhere/completions\\r\\n"

    outcome = await ask(model, upstream, f'bare "{head}Content-Length: 0\\r\\n\\r\\n"')

    assert isinstance(outcome.failure, GenerationFailed)
    assert len(upstream.calls) == 1


async def test_no_request_reaches_the_host_of_a_redirect(model: RetryingModel, upstream: Upstream) -> None:
    async with Upstream() as elsewhere:
        head = f"HTTP/1.1 307 Moved\\r\\nLocation: {elsewhere.url}/v1/chat/completions\\r\\n"

        outcome = await ask(model, upstream, f'bare "{head}Content-Length: 0\\r\\n\\r\\n"')

        assert isinstance(outcome.failure, GenerationFailed)
        assert (elsewhere.calls, elsewhere.other_requests, elsewhere.accepted) == ([], [], 0)
