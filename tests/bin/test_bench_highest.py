"""How bin/bench finds the most users whom a server serves in time."""

from __future__ import annotations

from importlib import import_module

import pytest

found = import_module("bin._bench.highest")


@pytest.mark.parametrize(("most", "tens"), [(137, 130), (50, 50), (49, 40), (9, 0), (399, 390), (5_000, found.MOST)])
def test_the_most_users_are_found_in_tens_whatever_they_are(most: int, tens: int) -> None:
    assert found.highest(lambda users: found.LIMIT_MS - 1 if users <= most else found.LIMIT_MS) == tens


def test_no_number_of_users_is_measured_twice() -> None:
    measured: list[int] = []

    def p99(users: int) -> float:
        measured.append(users)
        return users * float(found.LIMIT_MS) / 140

    assert found.highest(p99) == 130
    assert len(measured) == len(set(measured)) <= 7
