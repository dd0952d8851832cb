"""Speechmatics: words and punctuation marks as results, each with its alternatives."""

from __future__ import annotations

from typing import Any

from ...draft import NOT_A_TURN, Draft
from ...grouping import add_streams, add_words
from ...spoken import Spoken
from .entries import Keys, at, entries

NAME = "Speechmatics"
_CONTENT = ("alternatives", 0, "content")
_KEYS = Keys((_CONTENT,), (("alternatives", 0, "speaker"), "speaker"), ("start_time",), ("end_time",))
_UNKNOWN = "UU"


def recognises(value: Any) -> bool:
    """Return whether there are results with contents."""
    return any(isinstance(at(result, _CONTENT), str) for result in entries(value, "results"))


def add(draft: Draft, value: Any) -> None:
    """Group the words, by channel where there are several."""
    joins = at(value, ("metadata", "language_pack_info", "word_delimiter")) == ""
    streams: dict[Any, list[Spoken]] = {}
    after = False
    for result in value["results"]:
        word = _word(result, joined=joins or after)
        if word:
            streams.setdefault(_channel(result), []).append(word)
            after = at(result, "attaches_to") in ("next", "both")
        elif at(result, "type") != "speaker_change":
            draft.skip(NOT_A_TURN)
    if len(streams) > 1:
        add_streams(draft, [_named(words, channel) for channel, words in streams.items()])
    else:
        add_words(draft, [word for words in streams.values() for word in words])


def _word(result: Any, *, joined: bool) -> Spoken | None:
    attached = at(result, "attaches_to") in ("previous", "both")
    word = _KEYS.spoken(result, joined=joined or attached)
    return word and word._replace(speaker="" if word.speaker == _UNKNOWN else word.speaker)


def _channel(result: Any) -> str:
    channel = at(result, "channel")
    return channel if isinstance(channel, str) else ""


def _named(words: list[Spoken], channel: str) -> list[Spoken]:
    return [word._replace(speaker=word.speaker or channel) for word in words]
