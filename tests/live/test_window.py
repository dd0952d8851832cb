"""The parts of a socket that do no I/O."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chat.live.allowance import Allowance
from chat.live.window import STALLED_SECONDS, WINDOW, SendWindow


def test_a_full_window_closes_and_an_ack_opens_it() -> None:
    window = SendWindow(now=0)
    window.sent(1, WINDOW, now=0)
    assert not window.is_open

    window.acknowledged(1, now=1)

    assert window.is_open


def test_an_ack_of_an_older_chunk_does_not_open_the_window() -> None:
    window = SendWindow(now=0)
    window.sent(5, WINDOW, now=0)

    window.acknowledged(4, now=1)

    assert not window.is_open


def test_a_reader_stalls_when_it_acknowledges_nothing_while_its_window_is_full() -> None:
    window = SendWindow(now=0)
    window.sent(1, WINDOW - 1, now=100)
    assert not window.is_stalled(now=1000)

    window.sent(2, 1, now=101)

    assert not window.is_stalled(now=100 + STALLED_SECONDS)
    assert window.is_stalled(now=101 + STALLED_SECONDS)


@given(st.lists(st.tuples(st.integers(1, WINDOW // 2), st.booleans()), max_size=50))
def test_the_bytes_in_flight_never_exceed_the_window_by_more_than_a_frame(frames: list[tuple[int, bool]]) -> None:
    window, unacknowledged = SendWindow(now=0), 0
    for seq, (size, acknowledge) in enumerate(frames, 1):
        if window.is_open:
            assert unacknowledged < WINDOW
            window.sent(seq, size, now=0)
            unacknowledged += size
        if acknowledge:
            window.acknowledged(seq, now=0)
            unacknowledged = 0


def test_an_allowance_runs_out_and_refills_with_time() -> None:
    allowance = Allowance(amount=3, seconds=60, now=0)
    assert [allowance.use(now=0) for _ in range(4)] == [True, True, True, False]

    assert not allowance.use(now=19)
    assert allowance.use(now=40)
