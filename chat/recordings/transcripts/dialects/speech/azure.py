"""Azure Speech: the phrases of a batch, of a fast transcription and of the SDK's detailed results; times in ticks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...clock import seconds
from ...draft import NOT_A_TURN, Draft
from ...grouping import by_start
from ...spoken import Spoken
from ...transcript import Unreadable
from ..names import speaker_name
from .entries import MILLISECOND, Path, at, entries, first, until

NAME = "Azure Speech"
_TICK = 1e-7
_DEEPEST = 20
_MARKS = frozenset({"recognizedphrases", "combinedrecognizedphrases", "combinedphrases", "audiofileresults"})
_LISTS = ("recognizedphrases", "phrases", "segmentresults")
_TEXTS: tuple[Path, ...] = (
    ("nbest", 0, "display"), ("nbest", 0, "lexical"), ("nbest", 0, "itn"), "displaytext", "text",
)  # fmt: skip
_WORDS: tuple[Path, ...] = (("nbest", 0, "displaywords"), ("nbest", 0, "words"), "words")
_SPEAKERS: tuple[Path, ...] = ("speaker", ("nbest", 0, "speaker"), "speakerid")


def recognises(value: Any) -> bool:
    """Return whether it has one of the names that only Azure gives to phrases."""
    if isinstance(value, list):
        return any(_is_result(entry) for entry in value)
    return isinstance(value, dict) and (_is_result(value) or bool(_MARKS & {key.lower() for key in value}))


def add(draft: Draft, value: Any) -> None:
    """Add the best text of each phrase, in the order of their times where channels run side by side."""
    phrases = list(_phrases(_lowered(value)))
    if not any(isinstance(first(phrase, _TEXTS), str) for phrase in phrases):
        raise Unreadable("there are no recognised phrases with a text")
    channels = {at(phrase, "channel") for phrase in phrases if isinstance(at(phrase, "channel"), int)}
    if len(channels) > 1:
        phrases = by_start(phrases, [_times(phrase)[0] for phrase in phrases])
    for phrase in phrases:
        text = first(phrase, _TEXTS)
        start, end = _times(phrase)
        if isinstance(text, str):
            speaker = _speaker(phrase, by_channel=len(channels) > 1)
            draft.add(text, speaker=speaker, start=start, end=end, words=list(_words(phrase)))
        else:
            draft.skip(NOT_A_TURN)


def _is_result(value: Any) -> bool:
    return isinstance(value, dict) and "RecognitionStatus" in value and ("NBest" in value or "DisplayText" in value)


def _lowered(value: Any, depth: int = 0) -> Any:
    """Return the JSON with its keys in lower case, in which the versions of the service differ."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {key.lower(): _lowered(inner, depth + 1) for key, inner in value.items()}
    return [_lowered(inner, depth + 1) for inner in value] if isinstance(value, list) else value


def _phrases(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    elif "nbest" in value or "displaytext" in value:
        yield value
    elif files := entries(value, "audiofileresults"):
        for file in files:
            yield from _phrases(file)
    else:
        yield from next((value[key] for key in _LISTS if isinstance(value.get(key), list)), ())


def _times(entry: Any) -> tuple[float | None, float | None]:
    start, duration = _seconds(entry, "offset"), _seconds(entry, "duration")
    return start, until(start, duration)


def _seconds(entry: Any, name: str) -> float | None:
    """Return a time in seconds: ticks, milliseconds, seconds or ISO 8601, whichever of them the entry has."""
    for key, unit in ((f"{name}inticks", _TICK), (f"{name}milliseconds", MILLISECOND), (f"{name}inseconds", 1.0)):
        if at(entry, key) is not None:
            return seconds(at(entry, key), unit)
    return seconds(at(entry, name), _TICK)


def _speaker(phrase: Any, *, by_channel: bool) -> str:
    speaker = speaker_name(first(phrase, _SPEAKERS))
    channel = at(phrase, "channel")
    if not by_channel or not isinstance(channel, int):
        return speaker
    return f"Channel {channel}, {speaker}" if speaker else f"Channel {channel}"


def _words(phrase: Any) -> Iterator[Spoken]:
    for word in entries(first(phrase, _WORDS)):
        text = first(word, ("displaytext", "word", "text"))
        if isinstance(text, str):
            yield Spoken(text, *_times(word))
