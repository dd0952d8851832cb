"""A limit on the bytes in flight to all sockets of one user in this process. No I/O."""

from __future__ import annotations

from weakref import WeakValueDictionary

USER_LIMIT = 2 * 1024 * 1024
"""Most bytes that may be sent to all sockets of one user without being acknowledged."""


class InFlight:
    """What the sockets of one user have in flight.

    Half of the limit is divided among as many sockets as the user may have. No other socket can use the part of one, so
    none starves. The other half is shared: it makes the windows wider while few sockets need it.
    """

    def __init__(self) -> None:
        self._shared = 0

    @classmethod
    def of(cls, user_id: int) -> InFlight:
        """Return that of a user: the same object as long as a socket uses it."""
        return _of_users.setdefault(user_id, cls())

    def fits(self, held: int, size: int, part: int) -> bool:
        """Return whether a socket with ``held`` bytes in flight, and a ``part`` of its own, may send ``size`` more."""
        more = _beyond(held + size, part) - _beyond(held, part)
        return more == 0 or self._shared + more <= USER_LIMIT // 2

    def change(self, held: int, now_held: int, part: int) -> None:
        """Record that a socket has ``now_held`` bytes in flight instead of ``held``."""
        self._shared += _beyond(now_held, part) - _beyond(held, part)


def part_of(sockets: int) -> int:
    """Return the bytes that one of at most so many sockets has for itself."""
    return USER_LIMIT // 2 // sockets


def _beyond(held: int, part: int) -> int:
    return max(0, held - part)


_of_users: WeakValueDictionary[int, InFlight] = WeakValueDictionary()
