"""Speaker labels in running text: ``Ana Lima: …``, ``[Bob] …``, ``>> ANA: …``, ``(Cleo)`` on a line of its own."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from ...terms import STOP_WORDS

_PARTICLES = frozenset(
    {"al", "and", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "e", "el", "ibn", "la", "le"}
    | {"of", "ten", "ter", "the", "van", "von", "y", "zu"}
)
_SOUNDS = frozenset(
    {"applause", "background", "beep", "blank_audio", "chatter", "cheering", "clapping", "cough", "coughs", "crosstalk"}
    | {"foreign", "inaudible", "indistinct", "laughing", "laughs", "laughter", "music", "noise", "pause", "silence"}
    | {"sighs", "singing", "speaking", "unintelligible", "video"}
)
_BRACKETED = re.compile(r"\[(?P<name>[^\[\]]{1,120})\]\s*[:：]?\s*(?P<text>.*)", re.DOTALL)
_ALONE = re.compile(r"\((?P<round>[^()]{1,120})\):?|\[(?P<square>[^\[\]]{1,120})\]:?")
_SOUND = re.compile(r"[\[(♪♫].*[\])♪♫]|[♪♫\s]+", re.DOTALL)
_COLON = re.compile("[:：]")
_PARENTHESES = re.compile(r"\([^()]*\)")
_LAST_FIRST = re.compile(r"[^,;!?]+,[^,;!?]+")
_TELEPHONE = re.compile(r"\+?[\d\s().\-*•xX]+")
_NUMBERED = re.compile(
    r"(?:speaker|spk|guest|caller|спикер|говорящий|sprecher(?:in)?|locuteur|intervenant|hablante|orador|parlante|falante"
    r"|spreker|mówca|mluvčí|talare|话者|説話人|说话人|發言人|发言人|話者|화자|참석자|ομιλητής|konuşmacı|דובר|متحدث)"
    r"[\s_№#-]*\w{1,3}",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(r"[,;!?]|\.(?:\s|$)")
_FEWEST_DIGITS = 7
_LONGEST_NAME = 120
_MOST_WORDS = 8
_EVERYWHERE = 0.9
"""If this share of a file's beginnings has something like a label, each of them is one, whatever it looks like."""
_FEWEST_BEGINNINGS = 3


class Label(NamedTuple):
    """A speaker's name at the beginning of a line, and the rest of the line."""

    name: str
    text: str


def label_of(line: str) -> Label | None:
    """Return what may be a speaker's label at the beginning of a line; ``speakers`` decides which ones are."""
    bracketed = _BRACKETED.match(line)
    if bracketed:
        name = bracketed["name"].strip()
        return Label(name, bracketed["text"]) if bracketed["text"] and is_bracketable(name) else None
    colon = _COLON.search(line, 0, _LONGEST_NAME + 8)
    if not colon:
        return None
    name, text = line[: colon.start()].lstrip("->*• ").rstrip("* "), line[colon.end() :]
    text = text.removeprefix("**")
    ends_word = not text or text[0].isspace() or colon[0] == "："
    return Label(name, text.strip()) if ends_word and _may_be_name(name) else None


def label_alone(line: str) -> Label | None:
    """Return the label that is a whole line: ``(Ana Lima)`` or ``[Ana Lima]``."""
    alone = _ALONE.fullmatch(line)
    name = (alone["round"] or alone["square"]).strip() if alone else ""
    return Label(name, "") if name and is_bracketable(name) else None


def speakers(labels: Sequence[Label | None], beginnings: Sequence[Label | None]) -> Collection[str]:
    """Return the labels that are names: those written like a name, and repeated ones of up to three words.

    ``beginnings`` are the labels at the places where a speaker may begin, such as the first lines of cues. If nearly
    all have one, a name of another form counts even if it is there once.
    """
    counts = Counter(label.name for label in labels if label)
    names = {name for name, count in counts.items() if is_name(name) or (count > 1 and len(name.split()) <= 3)}
    labelled = [label.name for label in beginnings if label]
    named = sum(name in names for name in labelled)
    if len(labelled) >= max(_FEWEST_BEGINNINGS, _EVERYWHERE * len(beginnings)) and named * 2 >= len(labelled):
        names |= {name for name in labelled if _is_unusual_name(name)}
    return names


def is_name(name: str) -> bool:
    """Return whether every word is capitalised, or in a script without capitals, as in ``Ana de la Cruz (Sales)``."""
    bare = _PARENTHESES.sub(" ", name)
    words = bare.split()
    if is_telephone(name):
        return True
    return bool(words) and not set(bare) & set(",;!?") and all(map(_is_name_word, words)) and not bare.strip().isdigit()


def is_telephone(name: str) -> bool:
    """Return whether this is a telephone number, which may be partly hidden: ``+1 555***0199``."""
    return bool(_TELEPHONE.fullmatch(name)) and sum(mark.isdigit() or mark in "*•xX" for mark in name) >= _FEWEST_DIGITS


def is_numbered(name: str) -> bool:
    """Return whether this is what programs call a speaker whose name they do not know: ``SPEAKER_00``."""
    return bool(_NUMBERED.fullmatch(name))


def is_sound(text: str) -> bool:
    """Return whether a text is no speech but what else is heard: ``[Music]``, ``♪♪``."""
    return bool(_SOUND.fullmatch(text.strip()))


def is_bracketable(name: str) -> bool:
    """Return whether a name in brackets is one, and not a sound."""
    return is_name(name) and _may_be_name(name) and not {word.lower() for word in name.split()} & _SOUNDS


def _may_be_name(name: str) -> bool:
    if not name or len(_PARENTHESES.sub(" ", name).split()) > _MOST_WORDS:
        return False
    return is_telephone(name) or _first_letter(name).isalpha()


def _first_letter(name: str) -> str:
    """Return the first character that is no emoji, mark of direction or digit; names may begin with all of these."""
    return next((mark for mark in name if unicodedata.category(mark)[0] not in "SCMZN"), "")


def _is_unusual_name(name: str) -> bool:
    """Return whether this is a lower-case name, or ``Last, First``, rather than the beginning of a sentence."""
    words = name.lower().split()
    if _LAST_FIRST.fullmatch(name):
        return is_name(name.replace(",", " "))
    is_lower = all(not word[0].isupper() for word in name.split())
    return is_lower and len(words) <= 3 and not set(words) & STOP_WORDS and not _ENDS_SENTENCE.search(name)


def _is_name_word(word: str) -> bool:
    return not word[0].islower() or word in _PARTICLES
