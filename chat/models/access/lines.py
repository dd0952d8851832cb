"""The log of accesses as lines of JSON, for a system that collects the logs of an organisation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db.models import Min, QuerySet

from .event import AccessEvent
from .seal import AccessSeal
from .sealing import unsealed

PAGE = 500


def sealed_lines(since: datetime, after: int = 0) -> Iterator[tuple[int, str]]:
    """Yield the sealed events since a time in the order of their seals, after one of these: its number, and a line.

    An event that a long transaction adds late comes at its place in that order, so whoever continues after the last
    number misses none.
    """
    events = AccessEvent.objects.filter(at__gte=since)
    after = after or _before_first(events)
    while seals := list(AccessSeal.objects.filter(number__gt=after).order_by("number")[:PAGE]):
        found = events.in_bulk([seal.event_id for seal in seals])
        yield from ((seal.number, line(found[seal.event_id], seal)) for seal in seals if seal.event_id in found)
        after = seals[-1].number


def _before_first(events: QuerySet[AccessEvent]) -> int:
    """Return the number before that of the first seal of these events."""
    seals = AccessSeal.objects.filter(event_id__in=events.values("pk"))
    return (seals.aggregate(first=Min("number"))["first"] or 1) - 1


def unsealed_lines(since: datetime) -> Iterator[str]:
    """Yield the events since a time that are not sealed yet, each as a line."""
    yield from map(line, unsealed().filter(at__gte=since).iterator())


def line(event: AccessEvent, seal: AccessSeal | None = None) -> str:
    """Return an event as one line of JSON."""
    return json.dumps(
        {
            "id": event.pk,
            "at": event.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "kind": event.kind,
            "how": event.how,
            "actor": {"id": event.actor_id, "name": event.actor_name},
            "owner": event.owner_id,
            "conversation": _text(event.conversation),
            "turns": event.turns,
            "reason": event.reason,
            "member": {"id": event.member_id, "name": event.member_name},
            "collection": _text(event.collection),
            "details": event.details,
            "seal": {"number": seal.number, "hash": seal.hash} if seal else None,
        }
    )


def _text(uuid: object) -> str | None:
    return str(uuid) if uuid else None
