"""The copy of a log that another process writes: what it takes from nudges, and when it needs the database."""

from __future__ import annotations

from uuid import uuid4

import pytest

from chat.turns.extract import Extract
from chat.turns.log_copy import KEPT, LogCopy
from chat.turns.view import READ_LIMIT, View

TURN = uuid4()


def extract(after: int, *chunks: str, phase: str = "answering") -> Extract:
    return Extract(TURN, after, phase, chunks)


def streaming(*chunks: str, seq: int | None = None, more: bool = False) -> View:
    return View("streaming", "answering", seq=len(chunks) if seq is None else seq, chunks=chunks, more=more)


@pytest.fixture
def copy() -> LogCopy:
    """A copy that was read up to seq 2."""
    copy = LogCopy()
    copy.begin()
    copy.merge(streaming("a", "b"), 0)
    return copy


def test_the_next_extract_is_read_without_the_database(copy: LogCopy) -> None:
    copy.apply(extract(2, "c", "d", phase="waiting"))

    assert not copy.is_stale
    assert copy.view(2) == View("streaming", "waiting", seq=4, chunks=["c", "d"])


def test_an_extract_that_comes_twice_is_shown_once(copy: LogCopy) -> None:
    for _ in range(2):
        copy.apply(extract(2, "c"))

    assert (copy.is_stale, copy.view(0)) == (False, View("streaming", "answering", seq=3, chunks=["a", "b", "c"]))


def test_an_extract_that_overlaps_adds_only_what_is_new(copy: LogCopy) -> None:
    copy.apply(extract(1, "b", "c"))

    assert (copy.seq, copy.view(2)) == (3, View("streaming", "answering", seq=3, chunks=["c"]))


def test_after_a_lost_extract_the_database_is_read(copy: LogCopy) -> None:
    copy.apply(extract(3, "d"))
    assert copy.is_stale
    assert copy.seq == 2

    copy.begin()
    copy.merge(streaming("c", "d", seq=4), 2)

    assert not copy.is_stale
    assert copy.view(2) == View("streaming", "answering", seq=4, chunks=["c", "d"])


def test_extracts_in_the_wrong_order_leave_no_gap(copy: LogCopy) -> None:
    copy.apply(extract(3, "d"))
    copy.apply(extract(2, "c"))

    assert (copy.is_stale, copy.seq) == (True, 3)


def test_an_old_extract_brings_no_old_phase_back(copy: LogCopy) -> None:
    copy.apply(extract(0, "a", phase="retrieving"))

    assert copy.view(2) == View("streaming", "answering", seq=2, chunks=[])


def test_an_extract_without_its_text_sends_readers_to_the_database(copy: LogCopy) -> None:
    copy.apply(extract(3))

    assert copy.is_stale


def test_an_extract_that_comes_during_a_read_is_not_shown_twice(copy: LogCopy) -> None:
    copy.begin()
    copy.apply(extract(2, "c", phase="thinking"))
    copy.merge(streaming("c", "d", seq=4), 2)

    view = copy.view(2)
    assert view
    assert (view.chunks, view.phase, copy.is_stale) == (["c", "d"], "thinking", False)


def test_news_during_a_read_make_another_one_necessary(copy: LogCopy) -> None:
    copy.begin()
    copy.expire()
    copy.merge(streaming(seq=2), 2)

    assert copy.is_stale


@pytest.mark.parametrize("state", ["queued", "complete", ""])
def test_no_extract_is_shown_of_a_turn_that_does_not_stream(state: str) -> None:
    copy = LogCopy()
    if state:
        copy.merge(View(state, seq=0), 0)
    copy.apply(extract(0, "late"))

    view = copy.view(0)
    assert view is None or not view.chunks
    assert copy.is_stale == (state != "complete")


def test_a_stopped_turn_shows_nothing_that_was_cut_off(copy: LogCopy) -> None:
    copy.apply(extract(2, "c", "d"))
    copy.begin()
    copy.merge(View("stopped", seq=1), 4)

    assert copy.view(0) is None  # it reads the database
    assert copy.view(4) == View("stopped", seq=1, chunks=[])


def test_a_reader_who_is_behind_the_copy_reads_the_database(copy: LogCopy) -> None:
    half = "x" * (KEPT // 2)
    for seq in range(2, 6):
        copy.apply(extract(seq, half))

    assert copy.view(0) is None
    assert copy.view(5) == View("streaming", "answering", seq=6, chunks=[half])


def test_a_slow_reader_gets_no_more_than_the_limit_at_once(copy: LogCopy) -> None:
    half = "x" * (READ_LIMIT // 2)
    for seq in range(2, 5):
        copy.apply(extract(seq, half))

    view = copy.view(2)
    assert view
    assert (len(view.chunks), view.more) == (2, True)


def test_a_reader_who_claims_to_be_ahead_moves_no_copy() -> None:
    copy = LogCopy()
    copy.begin()
    copy.merge(streaming(seq=3), 50)
    copy.apply(extract(3, "d"))

    assert copy.view(3) == View("streaming", "answering", seq=4, chunks=["d"])
    assert copy.view(50) == View("streaming", "answering", seq=4, chunks=[])


def test_what_the_first_read_left_is_read_next() -> None:
    copy = LogCopy()
    copy.merge(streaming("a", seq=9, more=True), 0)

    assert not copy.lacks(0)
    assert copy.lacks(1)
