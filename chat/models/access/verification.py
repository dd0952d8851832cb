"""Verifying the log of accesses: every event against its seal, and every seal against the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from .event import AccessEvent
from .seal import AccessSeal
from .sealing import SETTLED, unsealed

Row = TypeVar("Row", bound=Model)

PAGE = 500
_FIRST, _LONG_AGO = -(2**63), datetime(1, 1, 2, tzinfo=UTC)
_UNREADABLE = (ValueError, TypeError, AttributeError)
"""What reading a row raises in which somebody has put text where SQLite should have a time, a uuid or JSON."""


@dataclass
class Verification:
    """The result of reading the whole log: ``breaks`` has a sentence for each event or seal that does not fit."""

    expected: str = ""
    """A hash that the chain must contain, because it was written down elsewhere."""
    breaks: list[str] = field(default_factory=list)
    sealed: int = 0
    not_sealed: int = 0
    number: int = 0
    """The number of the last seal, and its hash; None if that cannot be read."""
    hash: str | None = ""
    latest: datetime = _LONG_AGO
    """The latest time of an event that has been sealed so far."""

    def run(self) -> Verification:
        """Read the log page by page, and return this."""
        is_expected_missing = bool(self.expected)
        for number, seal, event in _sealed():
            self._check(number, seal, event)
            is_expected_missing &= self.hash != self.expected
        self._check_unsealed()
        if is_expected_missing:
            self.breaks.append("No seal has the expected hash: the chain was cut off before it, or made anew.")
        return self

    def _check(self, number: int, seal: AccessSeal | None, event: AccessEvent | None) -> None:
        if number != self.number + 1:
            self.breaks.append(f"{_seals(self.number + 1, number - 1)} missing.")
        elif seal and self.hash is not None and seal.previous != self.hash:
            self.breaks.append(f"Seal {number} does not follow the one before: one of them was changed or reordered.")
        self.number, self.hash, self.sealed = number, seal.hash if seal else None, self.sealed + 1
        if seal is None:
            self.breaks.append(f"Seal {number} was changed: it cannot be read.")
        else:
            self._check_event(seal, event)

    def _check_event(self, seal: AccessSeal, event: AccessEvent | None) -> None:
        if event is None and not AccessEvent.objects.filter(pk=seal.event_id).exists():
            self.breaks.append(f"Event {seal.event_id} is missing: it was sealed as {seal.number}.")
        elif event is None or seal.hash != seal.hash_with(event):
            self.breaks.append(f"Event {seal.event_id} was changed, or its seal {seal.number}.")
        else:
            self._check_time(event, f"was sealed as {seal.number}, after")
            self.latest = max(self.latest, event.at)

    def _check_unsealed(self) -> None:
        for number, event in (row for page in _pages(unsealed()) for row in page):
            self.not_sealed += 1
            if event is None or not event.at:
                self.breaks.append(f"Event {number} was changed: it cannot be read.")
            else:
                self._check_time(event, "has no seal, unlike")

    def _check_time(self, event: AccessEvent, unlike: str) -> None:
        if event.at < self.latest - SETTLED:
            times = f"it says {_shown(event.at)}, but {unlike} an event of {_shown(self.latest)}"
            self.breaks.append(f"Event {event.pk} was added later, or has lost its seal: {times}.")


def _sealed() -> Iterator[tuple[int, AccessSeal | None, AccessEvent | None]]:
    """Yield each seal with its number and its event, in the order of the numbers; None for what cannot be read."""
    for page in _pages(AccessSeal.objects.all()):
        events = _read(AccessEvent.objects.all(), [seal.event_id for _, seal in page if seal])
        yield from ((number, seal, events.get(seal.event_id) if seal else None) for number, seal in page)


def _pages(rows: QuerySet[Row]) -> Iterator[list[tuple[int, Row | None]]]:
    """Yield pages of all rows with their keys, in the order of the keys; None for a row that cannot be read."""
    after = _FIRST
    while keys := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:PAGE]):
        found = _read(rows, keys)
        yield [(key, found.get(key)) for key in keys]
        after = keys[-1]


def _read(rows: QuerySet[Row], keys: Sequence[int]) -> dict[Any, Row]:
    """Return rows by their keys, without those that are gone or cannot be read."""
    try:
        return rows.in_bulk(keys)
    except _UNREADABLE:
        return {key: row for one in keys for key, row in _read(rows, [one]).items()} if len(keys) > 1 else {}


def _seals(first: int, last: int) -> str:
    return f"Seal {first} is" if first == last else f"Seals {first} to {last} are"


def _shown(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(sep=" ", timespec="seconds")
