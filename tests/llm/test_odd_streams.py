"""Streams with odd fields that no answer needs, read by our reader and by the library's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from chat.errors import GenerationFailed
from chat.llm import Delta, chat_model
from chat.llm.completions import Completion
from chat.llm.retrying import RetryingModel

from ..support.clients import KEY, clients
from ..support.outcomes import MESSAGES, ask
from ..support.upstream import Upstream
from .conftest import load

STREAMS = Path(__file__).parent / "streams"
TEXT = "It launches in April. It costs 480 euros."


def chunk(content: object, reason: str | None = None, **fields: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": reason, **fields}]}


def body(*events: object) -> str:
    """Return a stream of these events; a string is sent as it is."""
    sent = [event if isinstance(event, str) else json.dumps(event) for event in (*events, "[DONE]")]
    return "".join(f"data: {event}\n\n" for event in sent)


FIRST, SECOND, END = chunk("It launches in April. "), chunk("It costs 480 euros."), chunk("", "stop")
PLAIN = [FIRST, SECOND, END]


def with_usage(usage: object) -> str:
    return body(FIRST, SECOND | {"usage": usage}, END | {"usage": usage})


def indexed(*indexes: object) -> str:
    pieces: list[tuple[str, str | None]] = [
        ("It launches in April. ", None),
        ("It costs 480 euros.", None),
        ("", "stop"),
    ]
    return body(*(chunk(*piece, index=index) for piece, index in zip(pieces, indexes, strict=True)))


ODD = {
    "a byte order mark": (STREAMS / "byte-order-mark.sse").read_text("utf-8"),
    "a byte order mark before a comment": f"\ufeff: hello\n\n{body(*PLAIN)}",
    "only the byte order mark in the first line": f"\ufeff\n{body(*PLAIN)}",
    "a choice with the index 1": (STREAMS / "index-1.sse").read_text(),
    "an index as a string": indexed("0", "0", "0"),
    "a negative index": indexed(-1, -1, -1),
    "an index that is null, then 0": indexed(None, 0, 0.0),
    "an index that counts the chunks": indexed(0, 1, 2),
    "another index at the end": indexed(1, 1, 0),
    "NaN in logprobs": (STREAMS / "nan-in-logprobs.sse").read_text(),
    "NaN in a field of its own": body('{"score": NaN, ' + json.dumps(FIRST)[1:], SECOND, END),
    "infinity in the usage": with_usage(float("inf")),
    "a number of thousands of digits": body('{"created": ' + "9" * 5000 + "," + json.dumps(FIRST)[1:], SECOND, END),
    "half a character in logprobs": body(FIRST | {"logprobs": {"token": "\ud83d"}}, SECOND, END),
    "usage in fractions": (STREAMS / "usage-in-fractions.sse").read_text(),
    "usage in real fractions": with_usage({"prompt_tokens": 12.5, "completion_tokens": 3.7}),
    "usage in strings": with_usage({"prompt_tokens": "12", "completion_tokens": "3"}),
    "usage in words": with_usage({"prompt_tokens": "many", "completion_tokens": None}),
    "usage in lists": with_usage({"prompt_tokens": [12], "completion_tokens": {"text": 3}}),
    "a usage that is a list": with_usage([]),
    "a usage that is a number": with_usage(15),
    "a negative usage": with_usage({"prompt_tokens": -1, "completion_tokens": -1}),
    "an empty error": body(*(event | {"error": {}} for event in PLAIN)),
    "an error of nulls": body(*(event | {"error": {"code": None, "message": ""}} for event in PLAIN)),
    "an error that is null": body(*(event | {"error": None, "error_code": ""} for event in PLAIN)),
    "an error that is false": body(*(event | {"error": False, "error_code": 0} for event in PLAIN)),
    "unknown keys": body(*(event | {"x_ms": [1, {"y": None}], "object": 7, "id": None} for event in PLAIN)),
    "events without anything": body("", "null", {}, {"object": "ping"}, {"choices": None}, *PLAIN),
    "a delta that is an empty list": body(FIRST, SECOND, {"choices": [{"delta": [], "finish_reason": "stop"}]}),
    "a delta that is null": body(FIRST, SECOND, {"choices": [{"delta": None, "finish_reason": "stop"}]}),
    "a role that is a list": body(*({"choices": [{**c["choices"][0], "role": []}]} for c in PLAIN)),  # type: ignore[index]
    "the finish reason null as a string": body(chunk("It launches in April. ", "null"), SECOND, END),
    "a finish reason with every chunk": body(
        chunk("It launches in April. ", "stop"), chunk("It costs 480 euros.", "stop")
    ),
    "content in blocks of unknown types": body(
        chunk([{"type": "sources", "text": "no"}, {"type": "text", "text": "It launches in April. ", "x": 1}]),
        SECOND,
        END,
    ),
    "content in a single block": body(chunk({"type": "text", "text": "It launches in April. "}), SECOND, END),
}  # fmt: skip

OTHER = {
    "two escapes of one character": ((STREAMS / "two-escapes.sse").read_text(), "Launch 🚀 in April."),
    "two escapes with a chunk between": (body(chunk("a\ud83d"), chunk(""), chunk("\ude80b", "stop")), "a🚀b"),
    "an escape without the other": (body(chunk("a\ud83d"), chunk("b\ude80"), END), "a�b�"),
    "half a character at the end": (body(chunk("a\ud83d", "stop")), "a�"),
    "three halves": (body(chunk("\ud83d\ud83d"), chunk("\ude80", "stop")), "�🚀"),
    "two choices in turn": (body(*PLAIN[:1], chunk("No. ", index=1), *PLAIN[1:]), TEXT),
}


SECRET = "secret thought about [1]"
THOUGHTS = {
    "reasoning_content": body({"choices": [{"delta": {"reasoning_content": SECRET}}]}, *PLAIN),
    "reasoning": body({"choices": [{"delta": {"content": "", "reasoning": SECRET}}]}, *PLAIN),
    "reasoning_details": body({"choices": [{"delta": {"reasoning_details": [{"text": SECRET}]}}]}, *PLAIN),
    "a block of thinking": body(chunk([{"type": "thinking", "thinking": SECRET}]), *PLAIN),
    "a block of reasoning": body(chunk([{"type": "reasoning", "summary": [{"text": SECRET}]}]), *PLAIN),
    "a thought beside text": body(
        chunk([{"type": "thinking", "thinking": SECRET}, {"type": "text", "text": "It launches in April. "}]),
        SECOND, END,
    ),
    "a text marked as a thought": body(chunk([{"type": "text", "text": SECRET, "thought": True}]), *PLAIN),
    "think": (STREAMS / "think-inside-the-content.sse").read_text(),
    "harmony": body(
        chunk("<|channel|>analysis<|mess"), chunk(f"age|>{SECRET}<|end|><|start|>assistant<|channel|>final"),
        chunk("<|message|>"), *PLAIN,
    ),
    "a closing tag left by the server": body(
        {"choices": [{"delta": {"reasoning_content": SECRET}}]}, chunk("</think>\n\n"), *PLAIN
    ),
}  # fmt: skip


@pytest_asyncio.fixture(params=[False, True], ids=["our reader", "the library's"])
async def model(
    request: pytest.FixtureRequest, connections: None, upstream: Upstream, settings: Settings
) -> AsyncIterator[RetryingModel]:
    """A model of an OpenAI-compatible server, read by ourselves or by LangChain."""
    if "openai" not in clients():
        pytest.skip("langchain-openai is not installed here")
    settings.CHAT_MODEL, settings.CHAT_LANGSMITH = "openai:fake", request.param
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = f"{upstream.url}/v1", KEY
    chat_model.cache_clear()
    yield await asyncio.to_thread(load)
    chat_model.cache_clear()


def raw(stream: str) -> str:
    """Return the script that sends this stream."""
    return 'raw "' + "".join(f"\\U{ord(character):08x}" for character in stream) + '"'


def read(*pieces: bytes) -> list[Delta]:
    completion = Completion()
    return [delta for piece in pieces for delta in completion.feed(piece)]


@pytest.mark.parametrize(
    ("stream", "text"), [*((stream, TEXT) for stream in ODD.values()), *OTHER.values()], ids=[*ODD, *OTHER]
)
async def test_a_field_that_the_answer_does_not_need_never_fails_it(
    model: RetryingModel, upstream: Upstream, stream: str, text: str
) -> None:
    outcome = await ask(model, upstream, raw(stream))

    assert (outcome.text, outcome.finish_reason, outcome.failure) == (text, "stop", None)


@pytest.mark.parametrize("stream", THOUGHTS.values(), ids=THOUGHTS)
async def test_thoughts_are_no_text_but_signs_of_life(model: RetryingModel, upstream: Upstream, stream: str) -> None:
    upstream.scripts = [raw(stream)]

    deltas = [delta async for delta in model.stream(MESSAGES)]

    assert "".join(delta.text for delta in deltas) == TEXT
    assert any(delta.thinks for delta in deltas)


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens": 12.0, "completion_tokens": 3.0}, {"input_tokens": 12, "output_tokens": 3}),
        ({"prompt_tokens": "12", "completion_tokens": "3"}, {"input_tokens": 12, "output_tokens": 3}),
        ({"input_tokens": 12, "output_tokens": 3.9}, {"input_tokens": 12, "output_tokens": 3}),
        ({"prompt_tokens": 12, "completion_tokens": [3]}, None),
        ({"prompt_tokens": True, "completion_tokens": 3}, None),
        ({"prompt_tokens": 1e300, "completion_tokens": 3}, None),
    ],
)
async def test_tokens_are_counted_as_whole_numbers_or_not_at_all(
    model: RetryingModel, upstream: Upstream, usage: object, counted: dict[str, int] | None
) -> None:
    assert (await ask(model, upstream, raw(with_usage(usage)))).usage == counted


@pytest.mark.parametrize(
    "event",
    [
        {"error": {"message": "overloaded"}},
        {"object": "error", "message": "overloaded"},
        {"type": "error", "message": "overloaded"},
        {"error_code": "BUSY", "error": {}},
    ],
)
async def test_an_error_that_says_something_is_a_failure(
    model: RetryingModel, upstream: Upstream, event: dict[str, object]
) -> None:
    outcome = await ask(model, upstream, raw(body(FIRST, event, END)))

    assert isinstance(outcome.failure, GenerationFailed)
    assert "reported an error" in str(outcome.failure)


async def test_done_without_a_finish_reason_is_the_end_if_a_setting_says_so(
    model: RetryingModel, upstream: Upstream, settings: Settings
) -> None:
    settings.CHAT_DONE_IS_END = True

    outcome = await ask(model, upstream, raw(body(FIRST, SECOND)))

    assert (outcome.text, outcome.finish_reason, outcome.failure) == (TEXT, "stop", None)


async def test_done_without_a_finish_reason_is_a_failure_that_names_the_setting(
    model: RetryingModel, upstream: Upstream
) -> None:
    outcome = await ask(model, upstream, raw(body(FIRST, SECOND)))

    assert outcome.text == TEXT
    assert "CHAT_DONE_IS_END=true" in str(outcome.failure)


async def test_the_setting_does_not_complete_a_stream_that_breaks_off(
    model: RetryingModel, upstream: Upstream, settings: Settings
) -> None:
    settings.CHAT_DONE_IS_END = True

    assert not (await ask(model, upstream, raw(body(FIRST).removesuffix("data: [DONE]\n\n")))).is_complete


@pytest.mark.parametrize(
    "event",
    [
        "[1, 2]",
        "7",
        '"word"',
        '{"choices": 7}',
        '{"choices": [7]}',
        '{"a":' * 9_000,
        '{"choices": [{"delta": "word"}]}',
        '{"choices": [{"delta": {"content": 7}}]}',
    ],
)
def test_what_the_answer_needs_must_be_readable(event: str) -> None:
    with pytest.raises(GenerationFailed, match="invalid chunk"):
        read(body(event).encode())


@given(st.text(st.characters(categories=["Cs", "L", "So"]), max_size=12), st.integers(0, 12))
def test_halves_of_characters_are_joined_wherever_the_chunks_are_cut(text: str, at: int) -> None:
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    deltas = read(body(chunk(text[:at]), chunk(text[at:]), END).encode())

    assert "".join(delta.text for delta in deltas) == whole
