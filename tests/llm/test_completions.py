"""The stream of an OpenAI-compatible endpoint, byte by byte."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.errors import GenerationFailed
from chat.llm import Delta, completions
from chat.llm.completions import Completion, CompletionsModel
from chat.llm.pace import Pace, Read
from chat.llm.sse import EventTooLong

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "delta", "content", "error", "usage", "index"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def sent(*events: object) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def word(text: str, reason: str | None = None) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]}


def read(*pieces: bytes) -> list[Delta]:
    completion = Completion()
    return [delta for piece in pieces for delta in completion.feed(piece)]


def text_of(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


def test_events_without_content_yield_no_delta() -> None:
    empty = [{}, {"object": "ping"}, {"choices": []}, {"choices": [{"delta": {"role": "assistant"}}]}, {"usage": {}}]

    assert read(sent(*empty)) == []


def test_text_that_comes_together_is_one_delta() -> None:
    plain = [word(text) | {"object": "chat.completion.chunk"} for text in ("It ", "launches")]

    assert read(sent(*plain, word(".", "stop"))) == [Delta("It launches"), Delta(".", "stop")]


def test_text_before_an_error_in_the_same_piece_is_kept() -> None:
    plain = word("It launches") | {"object": "chat.completion.chunk"}
    deltas = Completion().feed(sent(plain, {"error": {"message": "no"}}))

    assert next(deltas) == Delta("It launches")
    with pytest.raises(GenerationFailed):
        next(deltas)


def test_only_the_first_of_several_choices_counts() -> None:
    second = {"choices": [{"index": 1, "delta": {"content": "no"}}]}

    assert text_of(read(sent(word("yes"), second))) == "yes"


def test_a_databricks_agent_may_leave_out_the_choices() -> None:
    assert read(sent({"delta": {"content": "yes"}, "finish_reason": "stop"})) == [Delta("yes", "stop")]


def test_a_refusal_is_the_text_of_the_answer() -> None:
    assert read(sent({"choices": [{"delta": {"content": None, "refusal": "I cannot."}}]})) == [Delta("I cannot.")]


def test_events_after_done_are_ignored() -> None:
    assert text_of(read(sent(word("yes", "stop")) + b"data: [DONE]\n\n" + sent(word("no")))) == "yes"


@pytest.mark.parametrize(
    ("reason", "openai_reason"), [("model_length", "length"), ("content_filtered", "content_filter")]
)
def test_finish_reasons_of_providers_are_translated(reason: str, openai_reason: str) -> None:
    assert read(sent(word("yes", reason))) == [Delta("yes", openai_reason)]


@pytest.mark.parametrize("reason", ["error", "abort", "insufficient_system_resource"])
def test_a_finish_reason_that_reports_an_abort_is_a_failure(reason: str) -> None:
    with pytest.raises(GenerationFailed, match="broke off"):
        read(sent(word("yes", reason)))


@pytest.mark.parametrize("event", [{"error": "overloaded"}, {"error": {"code": 503}}, {"error_code": "BUSY"}])
def test_an_error_inside_the_stream_is_a_failure(event: dict[str, object]) -> None:
    with pytest.raises(GenerationFailed, match=r"overloaded|503|BUSY"):
        read(sent(event))


@given(st.lists(st.text(max_size=8), max_size=8), st.integers(0, 2000))
@example(["🐦\u2028", '"\\'], 51)
def test_the_text_is_the_same_wherever_the_stream_is_cut(words: list[str], at: int) -> None:
    stream = sent(*map(word, words))

    assert text_of(read(stream[:at], stream[at:])) == "".join(words)


@settings(max_examples=1000)
@given(st.lists(JSON.map(sent) | st.binary(max_size=30).map(lambda raw: b"data: " + raw + b"\n\n"), max_size=4))
def test_any_input_yields_deltas_or_raises_a_failure(events: list[bytes]) -> None:
    try:
        deltas = read(*events)
    except (GenerationFailed, EventTooLong):
        return
    assert all(isinstance(delta.text, str) and isinstance(delta.finish_reason, str) for delta in deltas)


async def test_a_stream_whose_data_is_always_there_already_ends_in_time_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(completions, "TAIL_SECONDS", 0.01)
    pieces = iter([sent(word("In April.", "stop")), *[b": ping\n\n"] * 1_000_000])

    async def next_piece(_: Pace) -> bytes:
        return next(pieces)

    @asynccontextmanager
    async def request(_: object) -> AsyncIterator[Read]:
        yield next_piece

    deltas = [delta async for delta in CompletionsModel(request, name="fake").stream([])]

    assert (text_of(deltas), next(pieces)) == ("In April.", b": ping\n\n")
