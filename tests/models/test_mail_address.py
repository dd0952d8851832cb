"""E-mail addresses that count as the same."""

from __future__ import annotations

import pytest

from chat.models.mail_address import is_same_address


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ("mike@example.com", True),
        ("Mike@EXAMPLE.com", True),
        ("mıke@example.com", False),  # without its dot
        ("mi\u212ae@example.com", False),  # the sign of Kelvin
        ("ſike@example.com", False),
        ("mike@example.org", False),
    ],
)
def test_addresses_are_the_same_but_for_capitals(other: str, is_same: bool) -> None:
    assert is_same_address("mike@example.com", other) == is_same
