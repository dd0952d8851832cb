"""ElevenLabs Scribe: words, the spacings between them and audio events, also by channel."""

from __future__ import annotations

from typing import Any

from ...draft import NOT_A_TURN, Draft
from ...grouping import add_streams, add_words
from ...spoken import Spoken
from ...transcript import Unreadable
from .entries import Keys, at, entries

NAME = "ElevenLabs"
_KEYS = Keys(speaker=("speaker_id",))
_TYPES = frozenset({"word", "spacing", "audio_event"})


def recognises(value: Any) -> bool:
    """Return whether there are words of ElevenLabs' types, or a list of channels with such words."""
    return _has_words(value) or any(map(_has_words, entries(value, "transcripts")))


def add(draft: Draft, value: Any) -> None:
    """Group the words. An event, such as ``(laughter)``, is text without a time of its own."""
    channels = entries(value, "transcripts")
    if channels:
        streams = [_words(draft, channel, f"Channel {number}") for number, channel in enumerate(channels)]
        add_streams(draft, streams)
    elif not any(map(_KEYS.text_of, value["words"])):
        raise Unreadable("its words have no text")
    else:
        add_words(draft, _words(draft, value, ""))


def _has_words(value: Any) -> bool:
    words = entries(value, "words")
    typed = any(str(at(word, "type")) in _TYPES for word in words)
    return typed and ("language_code" in value or any(at(word, "type") == "spacing" for word in words))


def _words(draft: Draft, value: Any, channel: str) -> list[Spoken]:
    found = at(value, "words")
    words = []
    joined = any(at(entry, "type") == "spacing" for entry in entries(found))
    for entry in found if isinstance(found, list) else []:
        word = _KEYS.spoken(entry, joined=joined)
        if not word:
            draft.skip(NOT_A_TURN)
        elif at(entry, "type") in ("spacing", "audio_event"):
            words.append(Spoken(word.text, speaker=word.speaker or channel, joined=joined))
        else:
            words.append(word._replace(speaker=word.speaker or channel))
    return words
