"""IBM Watson: results with the times of words, and the speakers of those times in a list of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...clock import seconds
from ...draft import NOT_A_TURN, NOT_FINAL, Draft
from ...grouping import add_words
from ...spoken import Spoken, tokens
from ...transcript import Unreadable
from ..names import speaker_name
from .entries import at, entries

NAME = "IBM Watson"
_BEST = ("alternatives", 0)


def recognises(value: Any) -> bool:
    """Return whether results have timestamps, or labels of speakers stand beside results."""
    return any(_is_marked(answer) for answer in _answers(value))


def add(draft: Draft, value: Any) -> None:
    """Group the words of each final result."""
    answers = _answers(value)
    speakers = dict(_speakers(answers))
    results = [result for answer in answers for result in _list(answer)]
    if not any(isinstance(at(result, (*_BEST, "timestamps")), list) for result in results):
        raise Unreadable("there are no timestamps; ask for timestamps=true, and for speaker_labels=true")
    for result in results:
        if at(result, "final") is False:
            draft.skip(NOT_FINAL)
        elif timestamps := at(result, (*_BEST, "timestamps")):
            add_words(draft, _words(draft, timestamps, speakers))
        elif isinstance(text := at(result, (*_BEST, "transcript")), str):
            add_words(draft, tokens(text, ()))
        else:
            draft.skip(NOT_A_TURN)


def _list(answer: dict[str, Any]) -> list[Any]:
    results = answer.get("results")
    return results if isinstance(results, list) else []


def _answers(value: Any) -> list[dict[str, Any]]:
    return entries(value) if isinstance(value, list) else entries([value])


def _is_marked(answer: dict[str, Any]) -> bool:
    results = entries(answer, "results")
    if any(isinstance(at(result, (*_BEST, "timestamps")), list) for result in results):
        return True
    return bool(results) and ("speaker_labels" in answer or "result_index" in answer)


def _speakers(answers: list[dict[str, Any]]) -> Iterator[tuple[float, str]]:
    """Yield the start of each word and its speaker."""
    for label in (label for answer in answers for label in entries(answer, "speaker_labels")):
        start = seconds(label.get("from"))
        if start is not None:
            yield start, speaker_name(label.get("speaker"))


def _words(draft: Draft, timestamps: Any, speakers: dict[float, str]) -> list[Spoken]:
    words = []
    for entry in timestamps if isinstance(timestamps, list) else [None]:
        if not isinstance(entry, list) or len(entry) < 3 or not isinstance(entry[0], str):
            draft.skip(NOT_A_TURN)
            continue
        start, end = seconds(entry[1]), seconds(entry[2])
        words.append(Spoken(entry[0].strip(), start, end, speakers.get(start, "") if start is not None else ""))
    return words
