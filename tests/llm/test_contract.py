"""The contract of every client of a chat model, tested with the real libraries against a scripted endpoint.

The tests run for the installed clients; ``bin/test-models`` runs them for the others.
"""

from __future__ import annotations

import asyncio

import pytest

from chat.llm.retrying import RetryingModel
from chat.upstream.breaker import Breaker

from ..support.clients import KEY
from ..support.outcomes import MESSAGES, PATIENCE, ask
from ..support.upstream import Upstream


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

    text = ""
    async with asyncio.timeout(PATIENCE):
        while text != "word1 word2 ":  # what comes together is one delta
            text += (await anext(stream)).text

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
