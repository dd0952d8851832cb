"""The parser of Server-Sent Events, wherever the network cuts the stream."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.llm.sse import EVENT_LIMIT, EventStream, EventTooLong

STREAM = (
    b': keep-alive\n\ndata: {"a": 1}\n\nevent: x\nid: 3\ndata:two\ndata: lines\n\n\n'
    b"data: caf\xc3\xa9\r\n\r\ndata: \xf0\x9f\x90\xa6\r\rretry: 5\ndata\n\ndata: [DONE]\n\n"
)
EVENTS = [b'{"a": 1}', b"two\nlines", "café".encode(), "🐦".encode(), b"[DONE]"]


def read(*pieces: bytes) -> list[bytes]:
    stream = EventStream()
    return [event for piece in pieces for event in stream.feed(piece)]


def test_events_are_found_among_comments_other_fields_and_line_ends_of_all_kinds() -> None:
    assert read(STREAM) == EVENTS


@pytest.mark.parametrize("at", range(len(STREAM)))
def test_a_cut_anywhere_changes_nothing(at: int) -> None:
    assert read(STREAM[:at], STREAM[at:]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=20).map(sorted))
def test_several_cuts_change_nothing(cuts: list[int]) -> None:
    places = [0, *cuts, len(STREAM)]

    assert read(*(STREAM[start:end] for start, end in pairwise(places))) == EVENTS


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1)), st.data())
def test_events_are_read_as_they_were_sent(events: list[str], data: st.DataObject) -> None:
    sent = b"".join(f"data: {event}\n\n".encode() for event in events)
    at = data.draw(st.integers(0, len(sent)))

    assert read(sent[:at], sent[at:]) == [event.encode() for event in events]


@pytest.mark.parametrize("at", range(1, len(b'data: {"finish": 1}\n\n')))
def test_half_an_event_is_never_returned(at: int) -> None:
    assert read(b'data: {"finish": 1}\n\n'[:at]) == []


@pytest.mark.parametrize("piece", [b"x" * 65_536, b"data: " + b"x" * 65_536 + b"\n"])
def test_an_endless_event_is_an_error(piece: bytes) -> None:
    with pytest.raises(EventTooLong):
        read(*[piece] * (EVENT_LIMIT // len(piece) + 2))


@given(st.lists(st.binary()))
def test_arbitrary_bytes_raise_nothing(pieces: list[bytes]) -> None:
    read(*pieces)
