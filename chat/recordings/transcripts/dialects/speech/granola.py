"""Granola: segments with dates as times, from its interface, its export or the cache of its program."""

from __future__ import annotations

from typing import Any

from ...draft import NOT_FINAL, Draft
from ...transcript import Unreadable
from .dated import since_first
from .entries import Keys, add_utterances, at, entries, has_text

NAME = "Granola"
_KEYS = Keys(
    speaker=("detected_speaker_name", ("detectedSpeaker", "participantName"), ("speaker", "name"),
             ("speaker", "diarization_label"), ("speaker", "source"), "source"),
    start=("start_timestamp", "start_time"),
    end=("end_timestamp", "end_time"),
)  # fmt: skip


def recognises(value: Any) -> bool:
    """Return whether there is a list of segments that name their source, or several by document."""
    return bool(_lists(value))


def add(draft: Draft, value: Any) -> None:
    """Add the final segments. Seconds count from the first one."""
    lists = _lists(value)
    if len(lists) > 1:
        raise Unreadable(f"it holds {len(lists)} meetings; store the transcript of each as a file of its own")
    final = [entry for entry in lists[0] if at(entry, "is_final") is not False]
    draft.skip(NOT_FINAL, len(lists[0]) - len(final))
    if not has_text(final, _KEYS):
        raise Unreadable("its segments have no text")
    add_utterances(draft, final, since_first(draft, final, _KEYS))


def _lists(value: Any) -> list[list[Any]]:
    if isinstance(value, dict):
        found = value.get("transcript")
        by_document = value.get("transcripts")
        several = list(by_document.values()) if isinstance(by_document, dict) else []
        return [inner for inner in [found, *several] if _is_granola(inner)]
    return [value] if _is_granola(value) else []


def _is_granola(value: Any) -> bool:
    return any(map(_is_segment, entries(value)))


def _is_segment(entry: dict[str, Any]) -> bool:
    marked = "start_timestamp" in entry and ("source" in entry or "is_final" in entry)
    return marked or isinstance(at(entry, ("speaker", "source")), str)
