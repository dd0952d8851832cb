"""Speaker labels in running text: ``Ana Lima: …``, ``[Bob] …``, ``>> ANA: …``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

_PARTICLES = frozenset(
    {"al", "and", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "e", "el", "ibn", "la", "le"}
    | {"of", "ten", "ter", "the", "van", "von", "y", "zu"}
)
_SOUNDS = frozenset({"applause", "crosstalk", "inaudible", "laughter", "music", "noise", "silence", "singing"})
_BRACKETED = re.compile(r"\[(?P<name>[^\[\]]{1,120})\]\s*[:：]?\s*(?P<text>.*)", re.DOTALL)
_COLON = re.compile("[:：]")
_PARENTHESES = re.compile(r"\([^()]*\)")
_LONGEST_NAME = 120
_MOST_WORDS = 8


class Label(NamedTuple):
    """A speaker's name at the beginning of a line, and the rest of the line."""

    name: str
    text: str


def label_of(line: str) -> Label | None:
    """Return what may be a speaker's label at the beginning of a line; ``speakers`` decides which ones are."""
    bracketed = _BRACKETED.match(line)
    if bracketed:
        name = bracketed["name"].strip()
        return Label(name, bracketed["text"]) if bracketed["text"] and _is_bracketable(name) else None
    colon = _COLON.search(line, 0, _LONGEST_NAME + 8)
    if not colon:
        return None
    name, text = line[: colon.start()].lstrip("->*• ").rstrip("* "), line[colon.end() :]
    text = text.removeprefix("**")
    if not name[:1].isalpha() or len(_PARENTHESES.sub(" ", name).split()) > _MOST_WORDS:
        return None
    ends_word = not text or text[0].isspace() or colon[0] == "："
    return Label(name, text.strip()) if ends_word else None


def speakers(labels: Iterable[Label | None]) -> Collection[str]:
    """Return the labels that are names: those written like a name, and repeated ones of up to three words."""
    counts = Counter(label.name for label in labels if label)
    return {name for name, count in counts.items() if _is_name(name) or (count > 1 and len(name.split()) <= 3)}


def _is_name(name: str) -> bool:
    """Return whether every word is capitalised, or in a script without capitals, as in ``Ana de la Cruz (Sales)``."""
    bare = _PARENTHESES.sub(" ", name)
    words = bare.split()
    return bool(words) and not set(bare) & set(",;!?") and all(map(_is_name_word, words))


def _is_name_word(word: str) -> bool:
    return not word[0].islower() or word in _PARTICLES


def _is_bracketable(name: str) -> bool:
    return name[0].isalpha() and _is_name(name) and name.lower() not in _SOUNDS
