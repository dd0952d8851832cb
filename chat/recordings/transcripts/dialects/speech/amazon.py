"""Amazon Transcribe: items by speaker or by channel, its own segments, and its analysis of calls."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from ...clock import seconds
from ...draft import NOT_A_TURN, Draft
from ...grouping import add_streams, add_words
from ...spoken import Spoken
from ...transcript import Unreadable
from .entries import MILLISECOND, Keys, at, entries, has_text

NAME = "Amazon Transcribe"
_WORD = ("alternatives", 0, "content")
_ITEM = Keys((_WORD,), ("speaker_label", "channel_label"), ("start_time",), ("end_time",))
_SEGMENT = Keys(("transcript",), ("speaker_label", "channel_label"), ("start_time",), ("end_time",))
_CALL = Keys(("Content",), ("ParticipantRole",), ("BeginOffsetMillis",), ("EndOffsetMillis",), unit=MILLISECOND)


def recognises(value: Any) -> bool:
    """Return whether there are results with transcripts, items or segments, or the turns of a call."""
    results = at(value, "results")
    lists = ("transcripts", "items", "audio_segments", "speaker_labels", "channel_labels")
    if isinstance(results, dict) and "channels" not in results and any(key in results for key in lists):
        return True
    return has_text(at(value, "Transcript"), _CALL)


def add(draft: Draft, value: Any) -> None:
    """Add the service's segments, if there are any, else its items by speaker or channel."""
    results = at(value, "results")
    if not isinstance(results, dict):
        _add_call(draft, value["Transcript"])
    elif has_text(results.get("audio_segments"), _SEGMENT):
        _add_segments(draft, results)
    elif channels := entries(results, ("channel_labels", "channels")):
        add_streams(draft, [_words(draft, at(channel, "items"), at(channel, "channel_label")) for channel in channels])
    elif has_text(results.get("items"), _ITEM):
        _add_items(draft, results)
    else:
        raise Unreadable("there are no items with words; the whole text alone has neither speakers nor times")


def _add_segments(draft: Draft, results: dict[str, Any]) -> None:
    items = {item.get("id"): item for item in entries(results, "items") if isinstance(item.get("id"), int | str)}
    for segment in results["audio_segments"]:
        spoken = _SEGMENT.spoken(segment)
        if not spoken:
            draft.skip(NOT_A_TURN)
            continue
        numbers = at(segment, "items")
        own = numbers if isinstance(numbers, list) else []
        words = list(_ITEM.words(items[number] for number in own if isinstance(number, int | str) and number in items))
        draft.add(spoken.text, speaker=spoken.speaker, start=spoken.start, end=spoken.end, words=words)


def _add_items(draft: Draft, results: dict[str, Any]) -> None:
    words = _words(draft, results["items"])
    if not any(word.speaker for word in words):
        words = _labelled(words, entries(results, ("speaker_labels", "segments")))
    add_words(draft, words)


def _words(draft: Draft, items: Any, channel: Any = None) -> list[Spoken]:
    words = []
    for item in items if isinstance(items, list) else []:
        word = _ITEM.spoken(item, joined=at(item, "type") == "punctuation")
        if word:
            words.append(word._replace(speaker=channel) if isinstance(channel, str) else word)
        else:
            draft.skip(NOT_A_TURN)
    return words


def _labelled(words: list[Spoken], segments: list[dict[str, Any]]) -> list[Spoken]:
    """Return the words with the speakers of the segments in which they begin: older items name no speaker."""
    turns = sorted(
        (start, str(segment.get("speaker_label") or ""))
        for segment in segments
        if (start := seconds(segment.get("start_time"))) is not None
    )
    starts = [start for start, _ in turns]
    return [
        word if word.start is None else word._replace(speaker=turns[max(bisect_right(starts, word.start) - 1, 0)][1])
        for word in words
    ] if turns else words  # fmt: skip


def _add_call(draft: Draft, turns: list[Any]) -> None:
    for turn in turns:
        spoken = _CALL.spoken(turn)
        if spoken:
            words = list(_CALL.words(entries(turn, "Items")))
            draft.add(spoken.text, speaker=spoken.speaker, start=spoken.start, end=spoken.end, words=words)
        else:
            draft.skip(NOT_A_TURN)
