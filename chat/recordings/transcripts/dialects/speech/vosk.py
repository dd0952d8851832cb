"""Vosk: one result or many, with or without alternatives, and what ``vosk-transcriber`` writes."""

from __future__ import annotations

from typing import Any

from ...draft import NOT_FINAL, Draft
from ...grouping import add_words
from ...transcript import Unreadable
from ..names import speaker_name
from .entries import Keys, Path, at, entries, first, has_text, words_in

NAME = "Vosk"
_KEYS = Keys(("word", "text"), ())
_WORDS: tuple[Path, ...] = ("result", ("alternatives", 0, "result"), "terms")
_TEXTS: tuple[Path, ...] = ("text", ("alternatives", 0, "text"))


def recognises(value: Any) -> bool:
    """Return whether there are results whose words stand beside their text, or monologues of terms."""
    return any(map(_is_result, _results(value)))


def is_part(value: Any) -> bool:
    """Return whether this is one result of a stream."""
    return _is_result(value) or at(value, "partial") is not None


def add(draft: Draft, value: Any) -> None:
    """Group the words of each result; one without words keeps its text."""
    results = _results(value)
    if not any(has_text(first(result, _WORDS), _KEYS) for result in results):
        raise Unreadable("its results have no words; let the recogniser give them: SetWords(True)")
    for result in results:
        if at(result, "partial") is not None:
            draft.skip(NOT_FINAL)
            continue
        words = words_in(draft, first(result, _WORDS), _KEYS)
        speaker = _speaker(result)
        if words:
            add_words(draft, [word._replace(speaker=speaker) for word in words])
        else:
            draft.add(str(first(result, _TEXTS) or ""), speaker=speaker)


def _results(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return entries(value, "monologues") if "monologues" in value else [value]
    return entries(value)


def _is_result(entry: Any) -> bool:
    if isinstance(at(entry, "terms"), list):
        return True
    found = first(entry, _WORDS[:2])
    return isinstance(found, list) and first(entry, _TEXTS) is not None and has_text(found, Keys(("word",)))


def _speaker(result: Any) -> str:
    name = speaker_name(at(result, "speaker"))
    return "" if name == "unknown" else name
