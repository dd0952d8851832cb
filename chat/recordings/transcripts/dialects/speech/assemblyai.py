"""AssemblyAI: utterances by speaker, or only words; also sentences and paragraphs. Times are milliseconds."""

from __future__ import annotations

from typing import Any

from ...draft import Draft
from ...grouping import add_words
from ...transcript import Unreadable
from .entries import MILLISECOND, Keys, add_utterances, at, entries, has_text, words_in

NAME = "AssemblyAI"
_KEYS = Keys(unit=MILLISECOND, speaker=("speaker", "channel"))
_LISTS = ("utterances", "sentences", "paragraphs", "words")
_MARKS = frozenset({"audio_url", "acoustic_model", "language_model", "webhook_status_code", "speech_model"})


def recognises(value: Any) -> bool:
    """Return whether it has AssemblyAI's settings, or one of its lists with whole milliseconds."""
    if not isinstance(value, dict):
        return False
    return bool(_MARKS & value.keys()) or any(_is_in_milliseconds(value.get(key)) for key in _LISTS)


def add(draft: Draft, value: Any) -> None:
    """Add utterances, sentences or paragraphs, with the times of their words; else group the words."""
    key = next((key for key in _LISTS if has_text(value.get(key), _KEYS)), None)
    if key is None:
        status = value.get("status")
        raise Unreadable(f"there are neither utterances nor words{f'; its status is {status}' if status else ''}")
    if key == "words":
        add_words(draft, words_in(draft, value[key], _KEYS))
    else:
        add_utterances(draft, value[key], _KEYS, _KEYS)


def _is_in_milliseconds(found: Any) -> bool:
    """Return whether the entries have whole numbers as times: a fraction means seconds, and another program."""
    timed = [entry for entry in entries(found) if _KEYS.text_of(entry) is not None]
    times = [time for entry in timed for time in (at(entry, "start"), at(entry, "end")) if time is not None]
    return bool(times) and all(isinstance(time, int) and not isinstance(time, bool) for time in times)
