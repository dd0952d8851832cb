from __future__ import annotations

from uuid import uuid4

from chat.turns.interest import INTEREST_SECONDS, Interest

TURN, OTHER = uuid4(), uuid4()


def test_interest_in_a_turn_lasts_until_it_is_no_longer_announced() -> None:
    interest = Interest()
    interest.note([TURN], now=0)

    assert interest.includes(TURN, now=INTEREST_SECONDS - 1)
    assert not interest.includes(TURN, now=INTEREST_SECONDS + 1)
    assert not interest.includes(OTHER, now=0)


def test_only_what_is_new_counts_as_new() -> None:
    interest = Interest()

    assert interest.note([TURN], now=0) == [TURN]
    assert interest.note([TURN, OTHER], now=3) == [OTHER]
    assert interest.note([TURN], now=3 + INTEREST_SECONDS + 1) == [TURN]


def test_interest_that_has_ended_takes_no_memory() -> None:
    interest = Interest()
    for now in range(100):
        interest.note([uuid4()], now=now * INTEREST_SECONDS)

    assert len(interest) <= 2
