"""The short ways for the usual: plain text, read by fewer steps, is read as any other text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import GenerationFailed
from chat.llm import Delta, completions
from chat.llm.completions import Completion
from chat.llm.sse import EventStream
from chat.llm.thoughts import Thoughts, Told

TEXT = st.text("a <>/`~\n[]\\u◁é😀 ", max_size=8)
DELTAS: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
    {"content": TEXT | st.none()},
    optional={
        "role": st.just("assistant") | st.none(),
        "refusal": st.none() | TEXT,
        "tool_calls": st.none() | st.just([]),
        "reasoning_content": TEXT | st.none(),
        "other": st.integers(),
    },
)
CHOICES: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
    {"delta": DELTAS},
    optional={
        "index": st.sampled_from([0, 0.0, "0", 1, None]),
        "finish_reason": st.sampled_from([None, "", "stop"]),
        "logprobs": st.none() | st.just({"content": []}),
    },
)
CHUNKS: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
    {"choices": st.lists(CHOICES, min_size=1, max_size=2), "object": st.just("chat.completion.chunk")},
    optional={
        "id": st.text(max_size=3) | st.none(),
        "model": st.text(max_size=3),
        "usage": st.none() | st.just({"prompt_tokens": 3, "completion_tokens": 1}),
        "error": st.none() | st.just({}) | st.just("full"),
    },
)


def deltas_of(events: list[bytes]) -> list[Delta] | str:
    completion = Completion()
    try:
        return [delta for event in events for delta in completion.feed(b"data: " + event + b"\n\n")]
    except GenerationFailed as error:
        return str(error)


@given(st.lists(CHUNKS, max_size=6))
def test_a_plain_chunk_is_read_as_any_other(chunks: list[dict[str, object]]) -> None:
    events = [json.dumps(chunk).encode() for chunk in chunks]

    shortly = deltas_of(events)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(completions, "plain_text_of", lambda event: None)
        assert shortly == deltas_of(events)


@given(st.lists(TEXT | st.sampled_from(["<think>", "</think>", "<|channel|>final<|message|>"]), max_size=8))
def test_text_that_passes_is_what_the_filter_would_tell(pieces: list[str]) -> None:
    quick, slow = Thoughts(), Thoughts()

    told = [(Told(piece) if quick.take_plain(piece) else quick.feed(piece)) for piece in pieces]

    assert told == [slow.feed(piece) for piece in pieces]
    assert (quick.end(), quick.closes_alone) == (slow.end(), slow.closes_alone)


@given(st.lists(st.sampled_from([b"data: a\n\n", b"data: b\n", b"\n", b": c\n\n", b"data: d\r\n\r\n"])), st.data())
def test_events_that_come_whole_are_those_that_come_in_pieces(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)))))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    by_parts, by_pieces = EventStream(), EventStream()

    whole = [event for part in parts for event in by_parts.feed(part)]

    assert whole == [event for piece in pieces for event in by_pieces.feed(piece)]
