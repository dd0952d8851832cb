"""Places for pieces: a limited number, and of one user a share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from chat.uploads.places import NoPlace, Places

ALICE, BOB, CAROL = 1, 2, 3


def test_a_user_gets_no_more_than_the_share_and_leaves_the_others_theirs() -> None:
    places = Places(3, 2)
    with ExitStack() as taken:
        taken.enter_context(places.take(ALICE, 0))
        taken.enter_context(places.take(ALICE, 0))
        with pytest.raises(NoPlace), places.take(ALICE, 0):
            pass
        taken.enter_context(places.take(BOB, 0))


def test_there_are_no_more_places_than_there_are() -> None:
    places = Places(2, 2)
    with places.take(ALICE, 0), places.take(BOB, 0), pytest.raises(NoPlace), places.take(CAROL, 0):
        pass


def test_who_waits_gets_the_place_that_is_given_back() -> None:
    places = Places(1, 1)

    def wait() -> str:
        with places.take(BOB, 30):
            return "has a place"

    with ThreadPoolExecutor(1) as thread:
        with places.take(ALICE, 0):
            waiting = thread.submit(wait)
        assert waiting.result() == "has a place"


def test_a_place_is_given_back_after_a_failure_too() -> None:
    places = Places(1, 1)
    with pytest.raises(OSError, match="the disk"), places.take(ALICE, 0):
        raise OSError("the disk")

    with places.take(ALICE, 0):
        pass
