"""Google Speech-to-Text: results with words, of version 1 and 2, from its interface or from storage."""

from __future__ import annotations

from typing import Any

from ...draft import NOT_A_TURN, Draft
from ...grouping import add_streams, add_words
from ...spoken import Spoken, tokens
from ...transcript import Unreadable
from ..names import speaker_name
from .entries import Keys, at, entries, has_text, words_in

NAME = "Google Speech-to-Text"
_WORD = Keys(
    ("word",),
    ("speakerLabel", "speakerTag", "speaker_label", "speaker_tag"),
    ("startTime", "startOffset", "start_time", "start_offset"),
    ("endTime", "endOffset", "end_time", "end_offset"),
)
_BEST = ("alternatives", 0)
_TRANSCRIPT = Keys((("alternatives", 0, "transcript"),))
_RESULTS = (
    ("transcript", "results"),
    ("inlineResult", "transcript", "results"),
    ("inline_result", "transcript", "results"),
)


def recognises(value: Any) -> bool:
    """Return whether there are results whose best alternative is a transcript, perhaps by file."""
    return any(_is_transcribed(result) for result in entries(value, "results")) or bool(_files(value))


def add(draft: Draft, value: Any) -> None:
    """Group the words. Where speakers are told apart, the last result has all of the words once more, with speakers."""
    files = _files(value)
    if len(files) > 1:
        raise Unreadable(f"it has the results of {len(files)} files; store each of them as a file of its own")
    found = files[0] if files else value["results"]
    results = [result for result in found if _is_transcribed(result)]
    draft.skip(NOT_A_TURN, len(found) - len(results))
    if not any(has_text(at(at(result, _BEST), "words"), _WORD) for result in results):
        _add_transcripts(draft, results)
        return
    streams = [_words(draft, result) for result in results]
    if len(channels := dict.fromkeys(_channel(result) for result in results)) > 1:
        words = list(zip(results, streams, strict=True))
        add_streams(draft, [[w for result, found in words if _channel(result) == c for w in found] for c in channels])
    else:
        said = streams[-1:] if _repeats(streams) else streams
        add_words(draft, [word for words in said for word in words])


def _is_transcribed(result: Any) -> bool:
    best = at(result, _BEST)
    return isinstance(best, dict) and ("transcript" in best or has_text(best.get("words"), _WORD))


def _files(value: Any) -> list[list[dict[str, Any]]]:
    """Return the results of each file, where a batch has several."""
    results = at(value, "results")
    if not isinstance(results, dict):
        return []
    found = [
        entries(at(file, path)) for file in results.values() for path in _RESULTS if isinstance(at(file, path), list)
    ]
    return [results for results in found if any(map(_is_transcribed, results))]


def _words(draft: Draft, result: Any) -> list[Spoken]:
    words = words_in(draft, at(at(result, _BEST), "words"), _WORD)
    words = words or list(tokens(_TRANSCRIPT.text_of(result) or "", ()))
    draft.skip(NOT_A_TURN, not words)
    channel = _channel(result)
    return [word._replace(speaker=_named(word, channel)) for word in words]


def _channel(result: Any) -> int | None:
    channel = at(result, "channelTag") or at(result, "channel_tag")
    return channel if isinstance(channel, int) else None


def _named(word: Spoken, channel: int | None) -> str:
    speaker = "" if word.speaker == speaker_name(0) else word.speaker  # 0 stands for: not told apart
    return speaker or ("" if channel is None else f"Channel {channel}")


def _repeats(streams: list[list[Spoken]]) -> bool:
    """Return whether the last result has all words again: it alone names speakers, or begins before others end."""
    *others, last = streams
    words = [word for found in others for word in found]
    told_apart = any(word.speaker for word in last) and not any(word.speaker for word in words)
    starts, known = [[word.start for word in found if word.start is not None] for found in (last, words)]
    if told_apart or not (starts and known):
        return told_apart and bool(words)
    return 2 * len(last) > len(words) and min(starts) < max(known)


def _add_transcripts(draft: Draft, results: list[dict[str, Any]]) -> None:
    texts = [text for result in results if (text := _TRANSCRIPT.text_of(result))]
    if not texts:
        raise Unreadable("its results have neither words nor transcripts")
    for text in texts:
        draft.add(text)
