"""CrispASR: segments with ``t0`` and ``t1``, or the lines of its stream, of which only the final ones count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...draft import NOT_FINAL, Draft
from ...grouping import add_words
from ...transcript import Unreadable
from .entries import Keys, add_utterances, at, entries, has_text, words_in
from .word_list import are_words

NAME = "CrispASR"
CENTISECOND = 0.01
_KEYS = Keys(("text", "word"), start=("t0",), end=("t1",))
_LISTS = ("segments", "utterances", "words")


def recognises(value: Any) -> bool:
    """Return whether there is a list of segments, or of lines, with ``t0``."""
    return any("t0" in entry and _KEYS.text_of(entry) is not None for entry in entries(_list(value)))


def add(draft: Draft, value: Any) -> None:
    """Add the final segments; whole numbers are centiseconds, fractions are seconds."""
    found = _list(value)
    final = [entry for entry in found if _is_final(entry)]
    draft.skip(NOT_FINAL, len(found) - len(final))
    if not has_text(final, _KEYS):
        raise Unreadable("none of its results is final")
    keys = replace(_KEYS, unit=_unit(final))
    if are_words([keys.text_of(entry) or "" for entry in entries(final)]):
        add_words(draft, words_in(draft, final, keys))
    else:
        add_utterances(draft, final, keys, keys)


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    found = next((value[key] for key in _LISTS if at(value, key)), None) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _is_final(entry: Any) -> bool:
    """Return whether an entry is no line of a stream that a later line replaces."""
    return at(entry, "type") != "partial" and (at(entry, "counter") is None or at(entry, "final") is True)


def _unit(found: list[Any]) -> float:
    times = [at(entry, key) for entry in found for key in ("t0", "t1")]
    return CENTISECOND if all(time is None or isinstance(time, int) for time in times) else 1.0
