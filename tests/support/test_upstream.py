"""The scripted upstream, on which the fault suite and the contract tests of the models rely."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from .upstream import Upstream, upstream_in_thread
from .upstream_script import PROVIDER_TEXT, steps


@asynccontextmanager
async def asked(
    upstream: Upstream, content: str = "When?", path: str = "/v1/chat/completions"
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Call the model, and yield the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    body = json.dumps({"model": "fake", "stream": True, "messages": [{"role": "user", "content": content}]}).encode()
    writer.write(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (path.encode(), len(body)) + body)
    try:
        yield reader, writer
    finally:
        writer.close()


async def response_to(script: str) -> str:
    """Return everything that is received as the response to one call, until it ends or breaks off."""
    async with Upstream(script) as upstream, asked(upstream) as (reader, _):
        received = b""
        while not received.endswith(b"0\r\n\r\n") and (more := await reader.read(10_000_000)):
            received += more
        return received.decode(errors="replace")


def contents(answer: str) -> list[str]:
    lines = [line for line in answer.split("\n") if line.startswith("data: {")]
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines]
    return [choice["delta"].get("content") for chunk in chunks for choice in chunk["choices"] if choice["delta"]]


def test_a_script_is_a_list_of_steps() -> None:
    assert list(steps('say "a; b" ; tokens 3 50;finish')) == [["say", "a; b"], ["tokens", "3", "50"], ["finish"]]


async def test_a_good_answer_has_words_a_finish_reason_usage_and_an_end() -> None:
    answer = await response_to("tokens 3; finish length; usage; done")

    assert contents(answer) == ["word1 ", "word2 ", "word3 "]
    assert '"finish_reason": "length"' in answer
    assert '"completion_tokens": 3' in answer
    assert "data: [DONE]" in answer


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("tokens 2; repeat", ["word1 ", "word2 ", "word2 "]),
        ("swap; tokens 3", ["word2 ", "word1 ", "word3 "]),
        ("tokens 1; tokens 2 0 2", ["word1 ", "word2 ", "word3 "]),
        ("cut_after 4", []),
        ("unframed; tokens 1", ["word1 "]),
    ],
)
async def test_a_script_decides_which_chunks_are_sent_and_how(script: str, words: list[str]) -> None:
    assert contents(await response_to(script)) == words


async def test_a_cut_leaves_the_body_without_an_end() -> None:
    answer = await response_to("tokens 1; cut")

    assert contents(answer) == ["word1 "]
    assert not answer.endswith("0\r\n\r\n")


async def test_a_reset_resets_the_connection() -> None:
    with pytest.raises(ConnectionResetError):
        await response_to("reset")


async def test_an_error_response_has_retry_after() -> None:
    async with Upstream("status 429 soon") as upstream, asked(upstream) as (reader, _):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        body = await reader.readuntil(b"}")

    assert head.startswith("HTTP/1.1 429 Too Many Requests")
    assert "Retry-After: soon" in head
    assert PROVIDER_TEXT in body.decode()


async def test_it_records_when_clients_disconnect_and_how_many_calls_were_open_at_once() -> None:
    async with Upstream("stall", "tokens 1; stall") as upstream:
        async with asked(upstream), asked(upstream, path="/serving-endpoints/e/invocations") as (reader, _):
            await reader.readuntil(b"word1")
            assert all(call.closed_at is None for call in upstream.calls)
        async with asyncio.timeout(10):
            await asyncio.gather(*(call.over.wait() for call in upstream.calls))

    assert all(call.closed_at is not None for call in upstream.calls)
    assert upstream.most_at_once == 2
    assert upstream.calls[0].body["messages"] == [{"role": "user", "content": "When?"}]


async def test_a_question_may_contain_a_script_for_each_attempt() -> None:
    question = "When? {{status 503 || say Then; finish; done}}"
    answers = []
    async with Upstream() as upstream:
        for _ in range(3):
            async with asked(upstream, question) as (reader, _):
                answers.append(await reader.readline())
                await upstream.calls[-1].over.wait()

    assert [answer.split()[1] for answer in answers] == [b"503", b"200", b"200"]


def test_it_serves_from_a_thread_and_lists_its_calls() -> None:
    async def ask(upstream: Upstream) -> dict[str, object]:
        async with asked(upstream) as (reader, _):
            await reader.readuntil(b"[DONE]")
        reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
        writer.write(b"GET /calls HTTP/1.1\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        calls: list[dict[str, object]] = json.loads(await reader.read(100_000))
        writer.close()
        return calls[0]

    with upstream_in_thread("tokens 2; finish; done") as upstream:
        call = asyncio.run(ask(upstream))

    assert (call["tokens"], call["closed_at"]) == (2, None)
