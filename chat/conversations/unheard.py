"""What of a page of turns its reader may not hear: recordings in filters, and what running turns have found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..models import Collection, HeardOf, Recording, Turn, heard_of

UNHEARD_RECORDING = "a recording that you may no longer hear"


UNHEARD_COLLECTION = "a collection that you may no longer hear"


def heard_in_filters(turns: Sequence[Turn], reader_id: int) -> HeardOf:
    """Return of which recordings and collections in the filters of these turns the reader may know."""
    heard = heard_of(reader_id, {recording["id"] for turn in turns for recording in turn.recordings})
    chosen = {each["id"] for turn in turns for each in (turn.limits or {}).get("collections", ())}
    if not chosen:
        return heard
    names = Collection.objects.heard_by(reader_id).filter(uuid__in=chosen).values_list("uuid", flat=True)
    return replace(heard, collections=frozenset(map(str, names)))


def known_filter(recordings: Sequence[Mapping[str, Any]], heard: HeardOf) -> list[dict[str, Any]]:
    """Return the ids and titles of a filter, and whether the recordings exist: only of those that the reader hears."""
    return [
        {"id": each["id"], "title": each["title"], "exists": each["id"] in heard.existing}
        if each["id"] in heard.existing | heard.deleted
        else {"id": None, "title": UNHEARD_RECORDING, "exists": False}
        for each in recordings
    ]


def known_limits(limits: Mapping[str, Any] | None, heard: HeardOf) -> dict[str, Any]:
    """Return the limits of a turn, with the names of those collections alone that the reader hears."""
    known = dict(limits or {})
    if "collections" in known:
        known["collections"] = [
            each if each["id"] in heard.collections else each | {"name": UNHEARD_COLLECTION}
            for each in known["collections"]
        ]
    return known


def running_unheard(turns: Iterable[Turn], reader_id: int) -> set[int]:
    """Return the ids of the running turns that have found what the reader does not hear."""
    found = {turn.pk: {passage["recording"] for passage in turn.passages} for turn in turns if turn.passages}
    if not found:
        return set()
    recordings = Recording.objects.heard_by(reader_id).filter(pk__in=set[int]().union(*found.values()))
    heard = set(recordings.values_list("pk", flat=True))
    return {pk for pk, wanted in found.items() if wanted - heard}
