"""E-mail addresses that count as the same."""

from __future__ import annotations


def is_same_address(one: str, other: str) -> bool:
    """Return whether two e-mail addresses differ in capitals at most.

    Databases also hold other letters for the same, PostgreSQL ``ı`` and ``i``: such an address is somebody else's.
    """
    return one.encode().lower() == other.encode().lower()  # of bytes, ASCII alone has capitals
