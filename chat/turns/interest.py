"""Which turns other processes follow. Only the text of those is worth sending."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

ANNOUNCE_SECONDS = 3.0
"""How often a process says which turns it follows."""
INTEREST_SECONDS = 8.0
"""How long that holds. Two lost messages do not end it."""


class Interest:
    """The turns that other processes have said to follow, until they no longer say so."""

    def __init__(self) -> None:
        self._until: dict[UUID, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    def note(self, turns: Sequence[UUID], now: float) -> list[UUID]:
        """Note that another process follows these turns; return those that none followed before."""
        for turn_uuid in [old for old, until in self._until.items() if until < now]:
            del self._until[turn_uuid]
        new = [turn_uuid for turn_uuid in turns if turn_uuid not in self._until]
        self._until.update(dict.fromkeys(turns, now + INTEREST_SECONDS))
        return new

    def includes(self, turn_uuid: UUID, now: float) -> bool:
        """Return whether another process follows a turn."""
        return self._until.get(turn_uuid, now - 1) >= now
