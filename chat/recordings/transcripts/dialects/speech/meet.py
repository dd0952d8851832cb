"""Google Meet's and other meetings' entries: a participant, a text, and dates as times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...draft import Draft
from ...transcript import Unreadable
from .dated import since_first
from .entries import Keys, add_utterances, at, entries, first, has_text

NAME = "Google Meet"
_LISTS = ("transcriptEntries", "transcript_entries", "transcript", "entries")
_KEYS = Keys(
    ("text", "content"),
    ("participant",),
    ("startTime", "start_time", "timestamp", "startDateTime"),
    ("endTime", "end_time", "endDateTime"),
)
_RESOURCE = "conferenceRecords/"
_NAMES = tuple((kind, "displayName") for kind in ("signedinUser", "anonymousUser", "phoneUser"))


def recognises(value: Any) -> bool:
    """Return whether there are entries of participants, which are objects or resources of Google Meet."""
    return any(map(_is_of_participant, _entries(value)))


def add(draft: Draft, value: Any) -> None:
    """Add the entries. A resource gets the name that the file has for it, else a number."""
    found = list(_entries(value))
    if not has_text(found, _KEYS):
        raise Unreadable("its entries have no text")
    names = _names(value)
    for entry in found:
        if isinstance(participant := at(entry, "participant"), str) and participant.startswith(_RESOURCE):
            names.setdefault(participant, f"Participant {len(names) + 1}")
    named = [_named(entry, names) for entry in found]
    add_utterances(draft, named, since_first(draft, named, _KEYS))


def _entries(value: Any) -> Iterator[Any]:
    """Yield the entries of the list, or of each page of it."""
    pages = value if isinstance(value, list) else [value]
    if any(map(_is_of_participant, pages)):
        yield from pages
        return
    for page in pages:
        found = first(page, _LISTS)
        yield from found if isinstance(found, list) else []


def _is_of_participant(entry: Any) -> bool:
    participant = at(entry, "participant")
    if isinstance(participant, dict):
        return "text" in entry or "content" in entry
    return isinstance(participant, str) and participant.startswith(_RESOURCE)


def _names(value: Any) -> dict[str, str]:
    """Return the names of participants, where the file lists them beside the entries."""
    pages = value if isinstance(value, list) else [value]
    participants = [participant for page in pages for participant in entries(page, "participants")]
    return {
        participant["name"]: name
        for participant in participants
        if isinstance(participant.get("name"), str) and isinstance(name := first(participant, _NAMES), str)
    }


def _named(entry: Any, names: dict[str, str]) -> Any:
    participant = at(entry, "participant")
    return (
        {**entry, "participant": names[participant]} if isinstance(participant, str) and participant in names else entry
    )
