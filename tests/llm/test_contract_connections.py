"""The contract of every client of a chat model: its connections, and when they close."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from chat.llm.retrying import RetryingModel

from ..support.outcomes import MESSAGES, PATIENCE, ask
from ..support.upstream import Upstream


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
