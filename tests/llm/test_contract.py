"""What every client of a chat model does with what an endpoint does, shown with the real libraries.

These are the clients that are installed; for the others there is ``bin/test-models``.
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
"""Seconds for what should take one; the machine may be busy."""


@dataclass
class Heard:
    """What came of one question."""

    text: str = ""
    finish_reason: str = ""
    usage: dict[str, int] | None = None
    failure: TurnFailed | None = None
    pauses: list[float] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return self.failure is None and bool(self.finish_reason)


async def ask(model: RetryingModel, upstream: Upstream, *scripts: str) -> Heard:
    """Ask once, without the pauses between attempts; the endpoint plays these scripts, the last one for ever."""
    upstream.scripts = list(scripts)
    heard = Heard()

    async def pause(seconds: float) -> None:
        heard.pauses.append(seconds)

    model._sleep = pause
    try:
        async for delta in model.stream(MESSAGES):
            _take(heard, delta)
    except TurnFailed as failure:
        heard.failure = failure
    return heard


def _take(heard: Heard, delta: Delta) -> None:
    heard.text += delta.text
    heard.finish_reason = delta.finish_reason or heard.finish_reason
    heard.usage = delta.usage or heard.usage


async def begin(model: RetryingModel, upstream: Upstream, script: str) -> asyncio.Task[None]:
    """Ask in a task of its own, and wait until the endpoint has said what it says."""
    upstream.scripts = [script]
    heard = asyncio.Event()

    async def read() -> None:
        async for delta in model.stream(MESSAGES):
            if delta.text:
                heard.set()

    task = asyncio.create_task(read())
    async with asyncio.timeout(PATIENCE):
        await upstream.called.wait()
        if "tokens" in script:
            await heard.wait()
    return task


async def test_an_answer_comes_whole_with_its_reason_and_its_usage(model: RetryingModel, upstream: Upstream) -> None:
    heard = await ask(model, upstream, "tokens 5 100; finish; usage; done")

    assert (heard.text, heard.finish_reason) == ("word1 word2 word3 word4 word5 ", "stop")
    assert heard.usage == {"input_tokens": 11, "output_tokens": 5}
    assert model.name == "fake"


async def test_the_endpoint_gets_the_conversation_and_the_credentials(model: RetryingModel, upstream: Upstream) -> None:
    await ask(model, upstream, "tokens 1; finish; done")

    [call] = upstream.calls
    assert [(message["role"], message["content"]) for message in call.body["messages"]] == [
        (message.role, message.content) for message in MESSAGES
    ]
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert call.body["stream"] is True


async def test_tokens_are_told_as_they_come(model: RetryingModel, upstream: Upstream) -> None:
    stream = model.stream(MESSAGES)
    upstream.scripts = ["tokens 2; stall"]

    async with asyncio.timeout(PATIENCE):
        said = [await anext(stream), await anext(stream)]

    assert "".join(delta.text for delta in said).startswith("word1 ")
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
async def test_what_is_well_is_complete(
    model: RetryingModel, upstream: Upstream, script: str, text: str, reason: str
) -> None:
    heard = await ask(model, upstream, script)

    assert (heard.text, heard.finish_reason, heard.failure) == (text, reason, None)


async def test_of_a_running_total_the_last_counts_and_not_the_sum(model: RetryingModel, upstream: Upstream) -> None:
    heard = await ask(model, upstream, "cumulative; tokens 5; finish; done")

    assert heard.usage == {"input_tokens": 11, "output_tokens": 5}


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
async def test_what_breaks_off_is_never_complete_nor_asked_again(
    model: RetryingModel, upstream: Upstream, script: str
) -> None:
    heard = await ask(model, upstream, script)

    assert not heard.is_complete
    assert heard.text.startswith("word1 word2 word3 ")
    assert len(upstream.calls) == 1


async def test_no_cut_makes_an_answer_complete_that_is_not(model: RetryingModel, upstream: Upstream) -> None:
    """At each place in the bytes of an answer, with the body's end in order and without it."""
    good = await ask(model, upstream, "tokens 3; finish; done")
    wrong = []
    for size in range(1, 900, 7):
        for script in (
            f"cut_after {size}; tokens 3; finish; done",
            f"unframed; cut_after {size}; tokens 3; finish; done",
        ):
            model.breaker = Breaker()
            heard = await ask(model, upstream, script)
            if not good.text.startswith(heard.text) or (heard.is_complete and heard.text != good.text):
                wrong.append(script)

    assert wrong == []


@pytest.mark.parametrize("status", ["400", "401", "403", "404"])
async def test_a_refusal_is_final(model: RetryingModel, upstream: Upstream, status: str) -> None:
    heard = await ask(model, upstream, f"status {status}")

    assert isinstance(heard.failure, GenerationFailed)
    assert len(upstream.calls) == 1


@pytest.mark.parametrize("status", ["429", "500", "503", "529"])
@pytest.mark.parametrize(
    ("retry_after", "attempts", "pauses"),
    [("", 3, None), ("1", 3, [1, 1]), ("0", 3, [0, 0]), ("soon", 3, None), ("-1", 3, None), ("3600", 1, [])],
)
async def test_a_busy_endpoint_is_asked_again_as_often_and_as_late_as_promised(
    model: RetryingModel, upstream: Upstream, status: str, retry_after: str, attempts: int, pauses: list[float] | None
) -> None:
    heard = await ask(model, upstream, f"status {status} {retry_after}")

    assert isinstance(heard.failure, ModelBusy)
    assert len(upstream.calls) == attempts
    assert heard.pauses == pauses if pauses is not None else len(heard.pauses) == RETRIES


@pytest.mark.parametrize("trouble", ["status 503", "status 429 0", "cut", "reset", "head; reset"])
async def test_a_second_attempt_that_works_is_all_that_is_seen(
    model: RetryingModel, upstream: Upstream, trouble: str
) -> None:
    heard = await ask(model, upstream, trouble, "tokens 2; finish; done")

    assert (heard.text, heard.failure, len(upstream.calls)) == ("word1 word2 ", None, 2)


async def test_an_endpoint_that_is_not_there_is_left_alone_after_a_few_attempts(
    model: RetryingModel, upstream: Upstream
) -> None:
    for _ in range(FAILURES):
        await ask(model, upstream, "status 503")
    asked = len(upstream.calls)

    heard = await ask(model, upstream, "tokens 1; finish; done")

    assert isinstance(heard.failure, GenerationFailed)
    assert len(upstream.calls) == asked == FAILURES


@pytest.mark.parametrize("script", ["stall", "head; stall", "tokens 3; stall", "tokens 3; comments", "tokens 999 50"])
async def test_to_stop_closes_the_connection_within_a_second(
    model: RetryingModel, upstream: Upstream, script: str
) -> None:
    task = await begin(model, upstream, script)
    began = monotonic()

    task.cancel()
    await asyncio.wait([task])

    async with asyncio.timeout(PATIENCE):
        await upstream.calls[0].over.wait()
    closed_at = upstream.calls[0].closed_at
    assert closed_at is not None
    assert closed_at - began < 1


@pytest.mark.parametrize(
    "script", ["status 401", "status 429 3600", "status 500", "tokens 1; error", "tokens 1; garbage", "tokens 1; reset"]
)
async def test_no_credential_is_logged_and_nothing_of_the_provider_is_in_a_failure_for_users(
    model: RetryingModel, upstream: Upstream, caplog: pytest.LogCaptureFixture, script: str
) -> None:
    caplog.set_level(logging.DEBUG)

    heard = await ask(model, upstream, script)

    assert heard.failure
    assert KEY not in caplog.text + str(heard.failure)
    assert PROVIDER_TEXT not in heard.failure.failure.label


@pytest.mark.parametrize("status", ["301", "307", "308"])
async def test_a_question_goes_nowhere_else(model: RetryingModel, upstream: Upstream, status: str) -> None:
    upstream_head = f"HTTP/1.1 {status} Moved\\r\\nLocation: {upstream.url}/v1/elsewhere/completions\\r\\n"

    heard = await ask(model, upstream, f'bare "{upstream_head}Content-Length: 0\\r\\n\\r\\n"')

    assert isinstance(heard.failure, GenerationFailed)
    assert len(upstream.calls) == 1


async def test_no_wait_of_the_library_is_without_end(model: RetryingModel, upstream: Upstream) -> None:
    """As the server sees it: the headers that the SDKs send about their own time-outs and retries."""
    await ask(model, upstream, "tokens 1; finish; done")

    headers = upstream.calls[0].headers
    assert headers.get("x-stainless-retry-count", "0") == "0"
    assert headers.get("x-stainless-read-timeout", "285.0") == "285.0"


async def test_more_than_a_hundred_answers_can_run_at_once(model: RetryingModel, upstream: Upstream) -> None:
    upstream.scripts = ["tokens 1; stall"]

    streams = [model.stream(MESSAGES) for _ in range(120)]
    async with asyncio.timeout(2 * PATIENCE):
        said = await asyncio.gather(*map(anext, streams))

    assert ({delta.text for delta in said}, upstream.most_at_once) == ({"word1 "}, 120)
    await asyncio.gather(*(stream.aclose() for stream in streams))  # type: ignore[attr-defined]


async def test_the_next_answer_comes_by_the_same_connection(model: RetryingModel, upstream: Upstream) -> None:
    for _ in range(3):
        await ask(model, upstream, "tokens 2; finish; usage; done")

    assert len({call.connection for call in upstream.calls}) == 1


@pytest.mark.parametrize("then", ["stall", "comments", "done; stall"])
async def test_an_endpoint_that_does_not_hang_up_holds_up_nobody(
    model: RetryingModel, upstream: Upstream, then: str
) -> None:
    async with asyncio.timeout(PATIENCE):
        heard = await ask(model, upstream, f"tokens 2; finish; {then}")

    assert (heard.text, heard.finish_reason, heard.failure) == ("word1 word2 ", "stop", None)
