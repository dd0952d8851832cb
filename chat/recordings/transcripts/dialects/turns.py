"""JSON turns: a list of ``{"speaker": …, "content": …}``, by itself or inside an object, with or without times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any  # any JSON that a file contains

from ..draft import ANOTHER_LIST, Draft
from ..grouping import add_words
from ..source import JSON_SUFFIXES, Source
from ..transcript import Transcript, Unreadable
from .heading import recorded_on_in, title_in
from .speech.dated import since_first
from .speech.entries import MILLISECOND, Keys, add_utterances, entries, words_in
from .speech.word_list import are_slow, are_words
from .turn_keys import TEXTS, keys_of, unknown_keys

_NO_SPEECH = frozenset(
    {"action_items", "actionItems", "chapters", "highlights", "keywords", "notes", "questions", "summary", "summaries"}
    | {"tasks", "topics", "topic_list", "general_query_list", "specific_query_list"}
)
"""Lists that are about a transcript."""
_DEEPEST = 3
_WORD = Keys(
    ("word", "text", "punctuated_word"), (), ("start", "start_time", "time_begin"), ("end", "end_time", "time_end")
)


def recognises(source: Source) -> bool:
    """Return whether the JSON contains a list of objects with a text."""
    return source.suffix in JSON_SUFFIXES and any(map(_has_turns, _lists(source.json, _DEEPEST)))


def read(source: Source) -> Transcript:
    """Read the longest list of turns with speakers or times. Raise ``Unreadable`` if they may stand elsewhere."""
    candidates = [(found, keys_of(entries(found))) for found in _lists(source.json, _DEEPEST) if _has_turns(found)]
    turns, keys = max(candidates, key=lambda candidate: _weight(*candidate)) if candidates[1:] else candidates[0]
    turning = [turn for turn in entries(turns) if _is_turn(turn)]
    if unknown := unknown_keys(turning, keys):
        raise Unreadable(
            f"JSON without turns of speakers in a known format: a text stands beside {_quoted(unknown)}, which is no "
            'known name of a speaker or a time; make it a list of {"speaker": …, "text": …, "start": seconds}'
        )
    draft = Draft()
    rivals = [found for found, rival in candidates if found is not turns and _is_rival(rival, keys)]
    draft.skip(ANOTHER_LIST, sum(len(found) for found in rivals))
    _add(draft, turns, _in_seconds(since_first(draft, turning, keys), turning))
    return draft.finish(title_in(source), recorded_on_in(source))


def _add(draft: Draft, turns: list[Any], keys: Keys) -> None:
    texts = [text for turn in turns if (text := keys.text_of(turn))] if keys.start else []
    if len(texts) > _FEW and are_words(texts):
        add_words(draft, words_in(draft, turns, keys))
    else:
        add_utterances(draft, turns, keys, replace(_WORD, unit=keys.unit))


_FEW = 5
"""So many turns of one word each may be answers."""


def _in_seconds(keys: Keys, turns: list[Any]) -> Keys:
    """Return the keys with milliseconds as their unit, if as seconds everybody would speak far too slowly."""
    return replace(keys, unit=MILLISECOND) if keys.start and are_slow(list(keys.words(turns))) else keys


def _weight(found: list[Any], keys: Keys) -> tuple[bool, bool, int]:
    texts = [text for turn in found if (text := keys.text_of(turn))]
    return bool(keys.speaker or keys.start), not are_words(texts) or len(texts) <= _FEW, len(found)


def _is_rival(rival: Keys, keys: Keys) -> bool:
    """Return whether another list has the parts of the chosen one, so that it may be a part of the same talk."""
    return rival.speaker == keys.speaker and rival.start == keys.start and bool(rival.speaker)


def _quoted(names: list[str]) -> str:
    return ", ".join(f"“{name[:40]}”" for name in names[:4])


def _has_turns(found: list[Any]) -> bool:
    return any(map(_is_turn, found))


def _lists(value: Any, depth: int) -> Iterator[list[Any]]:
    """Yield the lists that may contain turns: the value itself, or lists within nested objects."""
    if isinstance(value, list):
        yield value
    elif isinstance(value, dict) and depth:
        for key, inner in value.items():
            if key not in _NO_SPEECH:
                yield from _lists(inner, depth - 1)


def _is_turn(value: Any) -> bool:
    return isinstance(value, dict) and any(isinstance(value.get(key), str) for key in TEXTS)
