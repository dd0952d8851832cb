"""Rev AI and Rev.com: monologues of elements, whose punctuation brings the blanks."""

from __future__ import annotations

from typing import Any

from ...draft import NOT_A_TURN, Draft
from ...grouping import add_words
from ...spoken import Spoken
from ...transcript import Unreadable
from ..names import speaker_name
from .entries import Keys, at, entries, first

NAME = "Rev"
_ELEMENT = Keys(("value",), (), ("ts", "timestamp"), ("end_ts", "end_timestamp"))


def recognises(value: Any) -> bool:
    """Return whether there are monologues."""
    return isinstance(at(value, "monologues"), list)


def add(draft: Draft, value: Any) -> None:
    """Group the elements of each monologue."""
    names = {at(speaker, "id"): at(speaker, "name") for speaker in entries(value, "speakers") if _is_key(speaker)}
    monologues = value["monologues"]
    if not any(_ELEMENT.text_of(element) for monologue in monologues for element in entries(monologue, "elements")):
        raise Unreadable("its monologues have no elements with a value")
    for monologue in monologues:
        if not isinstance(at(monologue, "elements"), list):
            draft.skip(NOT_A_TURN)
            continue
        add_words(draft, _words(draft, monologue, _speaker(monologue, names)))


def _is_key(speaker: dict[str, Any]) -> bool:
    return isinstance(speaker.get("id"), int | str)


def _speaker(monologue: Any, names: dict[Any, Any]) -> str:
    number = at(monologue, "speaker")
    named = first(monologue, (("speaker_info", "display_name"), ("speaker_info", "name"), "speaker_name"))
    return speaker_name(named or (names.get(number) if isinstance(number, int | str) else None) or number)


def _words(draft: Draft, monologue: Any, speaker: str) -> list[Spoken]:
    words = []
    for element in monologue["elements"]:
        word = _ELEMENT.spoken(element, joined=True)
        if word:
            words.append(word._replace(speaker=speaker if word.start is not None else ""))
        else:
            draft.skip(NOT_A_TURN)
    return words and [words[0]._replace(speaker=speaker), *words[1:]]
