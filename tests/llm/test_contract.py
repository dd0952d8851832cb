"""The contract of every client of a chat model, tested with the real libraries against a scripted endpoint.

The tests run for the installed clients; ``bin/test-models`` runs them for the others.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from time import monotonic

import pytest

from chat.errors import GenerationFailed, ModelBusy, TurnFailed
from chat.llm import Delta
from chat.llm.retrying import RETRIES, RetryingModel
from chat.prompts import Message
from chat.upstream.breaker import FAILURES, Breaker

from ..support.clients import KEY
from ..support.upstream import Upstream
from ..support.upstream_script import PROVIDER_TEXT

MESSAGES = [
    Message("system", "Answer."),
    Message("user", "Hello?"),
    Message("assistant", "Hi."),
    Message("user", "When?"),
]
PATIENCE = 20
"""Seconds to wait for what should take one: the machine may be busy."""


@dataclass
class Outcome:
    """The outcome of one question."""

    text: str = ""
    finish_reason: str = ""
    usage: dict[str, int] | None = None
    failure: TurnFailed | None = None
    pauses: list[float] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return self.failure is None and bool(self.finish_reason)


async def ask(model: RetryingModel, upstream: Upstream, *scripts: str) -> Outcome:
    """Ask once, without pauses between the attempts; the endpoint plays these scripts and repeats the last one."""
    upstream.scripts = list(scripts)
    outcome = Outcome()

    async def pause(seconds: float) -> None:
        outcome.pauses.append(seconds)

    model._sleep = pause
    try:
        async for delta in model.stream(MESSAGES):
            _add(outcome, delta)
    except TurnFailed as failure:
        outcome.failure = failure
    return outcome


def _add(outcome: Outcome, delta: Delta) -> None:
    outcome.text += delta.text
    outcome.finish_reason = delta.finish_reason or outcome.finish_reason
    outcome.usage = delta.usage or outcome.usage


async def begin(model: RetryingModel, upstream: Upstream, script: str) -> asyncio.Task[None]:
    """Ask in a separate task; wait until the endpoint got the call, and its first token has arrived if it sends any."""
    upstream.scripts = [script]
    received = asyncio.Event()

    async def read() -> None:
        async for delta in model.stream(MESSAGES):
            if delta.text:
                received.set()

    task = asyncio.create_task(read())
    async with asyncio.timeout(PATIENCE):
        await upstream.called.wait()
        if "tokens" in script:
            await received.wait()
    return task


async def test_an_answer_has_its_text_finish_reason_and_usage(model: RetryingModel, upstream: Upstream) -> None:
    outcome = await ask(model, upstream, "tokens 5 100; finish; usage; done")

    assert (outcome.text, outcome.finish_reason) == ("word1 word2 word3 word4 word5 ", "stop")
    assert outcome.usage == {"input_tokens": 11, "output_tokens": 5}
    assert model.name == "fake"


async def test_the_endpoint_gets_the_conversation_and_the_credentials(model: RetryingModel, upstream: Upstream) -> None:
    await ask(model, upstream, "tokens 1; finish; done")

    [call] = upstream.calls
    assert [(message["role"], message["content"]) for message in call.body["messages"]] == [
        (message.role, message.content) for message in MESSAGES
    ]
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert call.body["stream"] is True


async def test_tokens_are_yielded_as_they_arrive(model: RetryingModel, upstream: Upstream) -> None:
    stream = model.stream(MESSAGES)
    upstream.scripts = ["tokens 2; stall"]

    async with asyncio.timeout(PATIENCE):
        deltas = [await anext(stream), await anext(stream)]

    assert "".join(delta.text for delta in deltas).startswith("word1 ")
    await stream.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("script", "text", "reason"),
    [
        ("tokens 2; finish length; done", "word1 word2 ", "length"),
        ("tokens 2; finish content_filter; done", "word1 word2 ", "content_filter"),
        ("tokens 2; finish", "word1 word2 ", "stop"),
        ("unframed; tokens 2; finish", "word1 word2 ", "stop"),
        ("blocks; tokens 2; finish; done", "word1 word2 ", "stop"),
        ("crlf; tokens 2; finish; done", "word1 word2 ", "stop"),
        ('raw ": keep-alive\\n\\n"; tokens 2; finish; done', "word1 word2 ", "stop"),
        ('say "Zürich 🐦"; finish; done', "Zürich 🐦", "stop"),
    ],
)
async def test_a_valid_stream_makes_a_complete_answer(
    model: RetryingModel, upstream: Upstream, script: str, text: str, reason: str
) -> None:
    outcome = await ask(model, upstream, script)

    assert (outcome.text, outcome.finish_reason, outcome.failure) == (text, reason, None)


async def test_the_usage_is_the_last_running_total_and_not_the_sum(model: RetryingModel, upstream: Upstream) -> None:
    outcome = await ask(model, upstream, "cumulative; tokens 5; finish; done")

    assert outcome.usage == {"input_tokens": 11, "output_tokens": 5}


@pytest.mark.parametrize(
    "script",
    [
        "tokens 3",
        "tokens 3; done",
        "unframed; tokens 3",
        "tokens 3; cut",
        "tokens 3; reset",
        "tokens 3; error",
        "tokens 3; garbage json; tokens 3; done",
        "tokens 3; garbage list; done",
        "tokens 3; garbage number; done",
        "tokens 3; garbage utf8; done",
        "tokens 3; garbage html; done",
    ],
)
async def test_a_broken_stream_is_never_complete_nor_retried(
    model: RetryingModel, upstream: Upstream, script: str
) -> None:
    outcome = await ask(model, upstream, script)

    assert not outcome.is_complete
    assert outcome.text.startswith("word1 word2 word3 ")
    assert len(upstream.calls) == 1


async def test_a_truncated_answer_is_never_complete(model: RetryingModel, upstream: Upstream) -> None:
    """Cut the bytes of an answer at many places, with a body that says its end and one that does not."""
    complete = await ask(model, upstream, "tokens 3; finish; done")
    wrong = []
    for size in range(1, 900, 7):
        for script in (
            f"cut_after {size}; tokens 3; finish; done",
            f"unframed; cut_after {size}; tokens 3; finish; done",
        ):
            model.breaker = Breaker()
            outcome = await ask(model, upstream, script)
            is_beginning = complete.text.startswith(outcome.text)
            if not is_beginning or (outcome.is_complete and outcome.text != complete.text):
                wrong.append(script)

    assert wrong == []


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


@pytest.mark.parametrize("script", ["stall", "head; stall", "tokens 3; stall", "tokens 3; comments", "tokens 999 50"])
async def test_cancelling_closes_the_connection_within_a_second(
    model: RetryingModel, upstream: Upstream, script: str
) -> None:
    task = await begin(model, upstream, script)
    cancelled_at = monotonic()

    task.cancel()
    await asyncio.wait([task])

    async with asyncio.timeout(PATIENCE):
        await upstream.calls[0].over.wait()
    closed_at = upstream.calls[0].closed_at
    assert closed_at is not None
    assert closed_at - cancelled_at < 1


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


async def test_the_library_has_a_time_out_and_no_retries(model: RetryingModel, upstream: Upstream) -> None:
    """Check the headers in which the SDKs report their own time-outs and retries to the server."""
    await ask(model, upstream, "tokens 1; finish; done")

    headers = upstream.calls[0].headers
    assert headers.get("x-stainless-retry-count", "0") == "0"
    assert headers.get("x-stainless-read-timeout", "285.0") == "285.0"


async def test_more_than_a_hundred_answers_can_run_at_once(model: RetryingModel, upstream: Upstream) -> None:
    upstream.scripts = ["tokens 1; stall"]

    streams = [model.stream(MESSAGES) for _ in range(120)]
    async with asyncio.timeout(2 * PATIENCE):
        first_deltas = await asyncio.gather(*map(anext, streams))

    assert ({delta.text for delta in first_deltas}, upstream.most_at_once) == ({"word1 "}, 120)
    await asyncio.gather(*(stream.aclose() for stream in streams))  # type: ignore[attr-defined]


async def test_the_next_answer_reuses_the_connection(model: RetryingModel, upstream: Upstream) -> None:
    for _ in range(3):
        await ask(model, upstream, "tokens 2; finish; usage; done")

    assert len({call.connection for call in upstream.calls}) == 1


@pytest.mark.parametrize("then", ["stall", "comments", "done; stall"])
async def test_an_endpoint_that_keeps_its_connection_open_delays_no_answer(
    model: RetryingModel, upstream: Upstream, then: str
) -> None:
    async with asyncio.timeout(PATIENCE):
        outcome = await ask(model, upstream, f"tokens 2; finish; {then}")

    assert (outcome.text, outcome.finish_reason, outcome.failure) == ("word1 word2 ", "stop", None)
