"""The parts of a socket that do no I/O."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.live.allowance import Allowance
from chat.live.in_flight import USER_LIMIT, InFlight, part_of
from chat.live.window import FRAME_ROOM, STALLED_SECONDS, WINDOW, SendWindow

TURN, OTHER = UUID(int=1), UUID(int=2)
SOCKETS = 50
PART = part_of(SOCKETS)
FRAME = 16 * 1024


def window_of(in_flight: InFlight | None = None) -> SendWindow:
    window = SendWindow(in_flight or InFlight(), PART)
    for turn in (TURN, OTHER):
        window.follow(turn, 0)
    return window


def send(window: SendWindow, seq: int, size: int = FRAME, turn: UUID = TURN) -> None:
    window.sent(window.add(turn, seq, size))


def fill(window: SendWindow, turn: UUID = TURN, size: int = FRAME) -> int:
    """Send frames while the window is open, and return how many bytes these were."""
    seq = 0
    while window.is_open(turn, 0, size):
        seq += 1
        send(window, seq, size, turn)
    return seq * size


def test_a_full_window_closes_and_an_ack_opens_it() -> None:
    window = window_of()
    assert fill(window) == WINDOW

    assert window.acknowledge(TURN, 1)

    assert window.is_open(TURN, 0)


def test_each_turn_has_a_window_of_its_own() -> None:
    window = window_of()
    fill(window)

    assert window.is_open(OTHER, 0)


def test_who_follows_a_turn_again_gets_no_second_window() -> None:
    window = window_of()
    fill(window)

    window.keep([])
    window.follow(TURN, 0)

    assert not window.is_open(TURN, 0)


def test_an_ack_of_an_older_chunk_does_not_open_the_window() -> None:
    window = window_of()
    send(window, 5, WINDOW)

    assert window.acknowledge(TURN, 4)

    assert not window.is_open(TURN, 0)


@pytest.mark.parametrize("seq", [6, 2**31 - 1])
def test_an_ack_of_what_was_not_sent_is_false_and_frees_nothing(seq: int) -> None:
    window = window_of()
    send(window, 5, WINDOW)
    window.add(TURN, 6, FRAME)

    assert not window.acknowledge(TURN, seq)

    assert not window.is_open(TURN, 0)


def test_an_ack_of_what_the_reader_had_before_is_true_and_frees_nothing() -> None:
    window = window_of()
    send(window, 5, WINDOW)
    window.follow(TURN, 2**31 - 1)

    assert window.acknowledge(TURN, 2**31 - 1)

    assert not window.is_open(TURN, 0)


def test_an_ack_of_a_turn_that_is_not_followed_yet_is_ignored() -> None:
    assert window_of().acknowledge(UUID(int=3), 7)


def test_an_ack_covers_what_was_sent_before_of_other_turns() -> None:
    window = window_of()
    send(window, 9, WINDOW)
    send(window, 1, turn=OTHER)

    window.acknowledge(OTHER, 1)

    assert window.is_open(TURN, 0)


def test_a_frame_that_was_not_sent_after_all_does_not_count() -> None:
    window = window_of()
    frame = window.add(TURN, 1, WINDOW)

    window.remove(frame)
    window.remove(frame)

    assert fill(window) == WINDOW


def test_a_reader_stalls_when_it_acknowledges_nothing_while_its_window_is_full() -> None:
    window = window_of()
    send(window, 1, WINDOW - 1)
    assert window.is_open(TURN, 1000)
    send(window, 2, 1)
    assert not window.is_open(TURN, 1001)

    window.follow(TURN, 0)  # again, which changes nothing

    assert not window.is_open(TURN, 1001 + STALLED_SECONDS)
    assert not window.is_stalled(TURN, 1001 + STALLED_SECONDS)
    assert window.is_stalled(TURN, 1002 + STALLED_SECONDS)
    assert not window.is_stalled(OTHER, 1002 + STALLED_SECONDS)


def test_room_that_other_sockets_give_back_does_not_end_a_silence() -> None:
    user = InFlight()
    windows = [window_of(user) for _ in range(SOCKETS)]
    for window in windows:
        fill(window)
    silent = windows.pop()
    assert not silent.is_open(TURN, 1000)

    for window in windows:
        window.close()

    assert silent.is_open(TURN, 1020)
    send(silent, 100, WINDOW)
    assert not silent.is_open(TURN, 1021)
    assert silent.is_stalled(TURN, 1001 + STALLED_SECONDS)


def test_a_socket_that_has_nothing_in_flight_is_not_silent_when_others_leave_no_room() -> None:
    user = InFlight()
    for _ in range(SOCKETS):
        fill(window_of(user))
    waiting = SendWindow(user, 0)
    waiting.follow(TURN, 0)

    assert not waiting.is_open(TURN, 1000)
    assert not waiting.is_stalled(TURN, 1001 + STALLED_SECONDS)


def test_a_reader_that_acknowledges_a_little_is_not_stalled() -> None:
    window = window_of()
    send(window, 1, 1)
    send(window, 2, WINDOW)
    window.is_open(TURN, 0)

    window.acknowledge(TURN, 1)
    window.is_open(TURN, STALLED_SECONDS)

    assert not window.is_stalled(TURN, STALLED_SECONDS + 1)


def test_all_sockets_of_a_user_together_stay_below_the_limit_and_none_starves() -> None:
    in_flight = InFlight()
    windows = [window_of(in_flight) for _ in range(SOCKETS)]

    sent = [fill(window) + fill(window, OTHER) for window in windows]

    assert sent[0] == 2 * WINDOW
    assert sum(sent) <= USER_LIMIT
    assert min(sent) >= FRAME
    assert all(window.acknowledge(TURN, 1) for window in windows)


def test_the_last_of_many_sockets_reads_while_the_others_do_not() -> None:
    in_flight = InFlight()
    for _ in range(SOCKETS - 1):
        fill(window_of(in_flight))
    reader = window_of(in_flight)

    for seq in range(1, 100):
        assert reader.is_open(TURN, 0)
        send(reader, seq)
        reader.acknowledge(TURN, seq)


def test_a_closed_socket_gives_back_what_it_held_even_if_a_task_still_sends() -> None:
    in_flight = InFlight()
    windows = [window_of(in_flight) for _ in range(SOCKETS)]
    for window in windows:
        fill(window)

    for window in windows:
        window.close()
        send(window, 1)

    assert fill(window_of(in_flight)) == WINDOW
    assert in_flight.fits(PART, USER_LIMIT // 2 - (WINDOW - PART), PART)


def test_a_user_has_one_account_as_long_as_a_socket_uses_it() -> None:
    mine = InFlight.of(1)

    assert InFlight.of(1) is mine
    assert InFlight.of(2) is not mine


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(1, FRAME_ROOM), st.booleans()), max_size=300))
def test_the_bytes_in_flight_never_exceed_the_limit(steps: list[tuple[int, int, bool]]) -> None:
    in_flight = InFlight()
    part = part_of(64)
    windows = [SendWindow(in_flight, part) for _ in range(8)]
    for seq, (number, size, acknowledges) in enumerate(steps, 1):
        windows[number].follow(TURN, 0)
        if windows[number].is_open(TURN, 0, size):
            send(windows[number], seq, size)
            if acknowledges:
                windows[number].acknowledge(TURN, seq)
        assert windows[number]._bytes < WINDOW + FRAME_ROOM
        assert sum(max(0, each._bytes - part) for each in windows) == in_flight._shared <= USER_LIMIT // 2


def test_an_allowance_runs_out_and_refills_with_time() -> None:
    allowance = Allowance(amount=3, seconds=60, now=0)
    assert [allowance.use(now=0) for _ in range(4)] == [True, True, True, False]

    assert not allowance.use(now=19)
    assert allowance.use(now=40)
