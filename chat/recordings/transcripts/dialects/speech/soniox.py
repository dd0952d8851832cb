"""Soniox: tokens in milliseconds, which bring their blanks; a whole transcript, or the messages of a stream."""

from __future__ import annotations

from typing import Any

from ...draft import NOT_FINAL, REMARK, TRANSLATION, Draft
from ...grouping import add_words
from ...spoken import Spoken, is_unspaced
from .entries import MILLISECOND, Keys, at, entries, words_in

NAME = "Soniox"
_KEYS = Keys(start=("start_ms",), end=("end_ms",), unit=MILLISECOND)
_MARKS = ("<end>", "<fin>")
"""Tokens that say where an utterance or the stream ends."""


def recognises(value: Any) -> bool:
    """Return whether there are tokens with milliseconds."""
    return any("start_ms" in token and isinstance(token.get("text"), str) for token in entries(_tokens(value)))


def is_part(value: Any) -> bool:
    """Return whether this is one message of a stream."""
    return isinstance(value, dict) and "final_audio_proc_ms" in value


def add(draft: Draft, value: Any) -> None:
    """Join the tokens of what was said to words, and group these."""
    words: list[Spoken] = []
    for token in words_in(draft, _said(draft, value), _KEYS):
        if words and _continues(words[-1], token):
            last = words[-1]
            words[-1] = last._replace(text=last.text + token.text, end=last.end if token.end is None else token.end)
        else:
            words.append(token)
    add_words(draft, words)


def _said(draft: Draft, value: Any) -> list[Any]:
    """Return the tokens of what was said, and count the others."""
    reasons = [(token, _reason(token)) for token in _tokens(value)]
    for _, reason in reasons:
        draft.skip(reason, bool(reason))
    return [token for token, reason in reasons if not reason]


def _tokens(value: Any) -> list[Any]:
    messages = value if isinstance(value, list) else [value]
    lists = (at(message, "tokens") for message in messages)
    return [token for found in lists if isinstance(found, list) for token in found]


def _reason(token: Any) -> str:
    """Return why a token is not what was said; an empty text if it is."""
    if at(token, "translation_status") == "translation":
        return TRANSLATION
    if at(token, "is_final") is False:
        return NOT_FINAL
    return REMARK if at(token, "text") in _MARKS else ""


def _continues(word: Spoken, token: Spoken) -> bool:
    """Return whether a token belongs to the word before it; in a script without blanks only a mark does."""
    if token.text[:1].isspace() or token.speaker != word.speaker:
        return False
    touching = bool(word.text and token.text) and is_unspaced(word.text[-1]) and is_unspaced(token.text[0])
    return not (touching and any(map(str.isalnum, token.text)))
