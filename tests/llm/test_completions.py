"""The stream of an OpenAI-compatible endpoint, byte by byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.errors import GenerationFailed
from chat.llm import Delta
from chat.llm.completions import Completion
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


def test_what_has_nothing_to_say_says_nothing() -> None:
    odd = [{}, {"object": "ping"}, {"choices": []}, {"choices": [{"delta": {"role": "assistant"}}]}, {"usage": {}}]

    assert read(sent(*odd)) == []


def test_only_the_first_of_several_choices_counts() -> None:
    second = {"choices": [{"index": 1, "delta": {"content": "no"}}]}

    assert text_of(read(sent(word("yes"), second))) == "yes"


def test_an_agent_of_databricks_leaves_out_the_choices() -> None:
    assert read(sent({"delta": {"content": "yes"}, "finish_reason": "stop"})) == [Delta("yes", "stop")]


def test_a_refusal_is_what_the_model_says() -> None:
    assert read(sent({"choices": [{"delta": {"content": None, "refusal": "I cannot."}}]})) == [Delta("I cannot.")]


def test_after_the_end_nothing_is_read() -> None:
    assert text_of(read(sent(word("yes", "stop")) + b"data: [DONE]\n\n" + sent(word("no")))) == "yes"


@pytest.mark.parametrize(("said", "meant"), [("model_length", "length"), ("content_filtered", "content_filter")])
def test_providers_have_their_own_words_for_the_reason(said: str, meant: str) -> None:
    assert read(sent(word("yes", said))) == [Delta("yes", meant)]


@pytest.mark.parametrize("said", ["error", "abort", "insufficient_system_resource"])
def test_a_provider_that_says_that_it_broke_off_has_not_answered(said: str) -> None:
    with pytest.raises(GenerationFailed, match="broke off"):
        read(sent(word("yes", said)))


@pytest.mark.parametrize("event", [{"error": "overloaded"}, {"error": {"code": 503}}, {"error_code": "BUSY"}])
def test_an_error_inside_the_stream_is_a_failure(event: dict[str, object]) -> None:
    with pytest.raises(GenerationFailed, match=r"overloaded|503|BUSY"):
        read(sent(event))


@given(st.lists(st.text(max_size=8), max_size=8), st.integers(0, 2000))
@example(["🐦\u2028", '"\\'], 51)
def test_the_text_is_what_was_sent_wherever_it_is_cut(words: list[str], at: int) -> None:
    stream = sent(*map(word, words))

    assert text_of(read(stream[:at], stream[at:])) == "".join(words)


@settings(max_examples=1000)
@given(st.lists(JSON.map(sent) | st.binary(max_size=30).map(lambda raw: b"data: " + raw + b"\n\n"), max_size=4))
def test_whatever_comes_is_a_delta_or_a_failure(events: list[bytes]) -> None:
    try:
        deltas = read(*events)
    except (GenerationFailed, EventTooLong):
        return
    assert all(isinstance(delta.text, str) and isinstance(delta.finish_reason, str) for delta in deltas)
