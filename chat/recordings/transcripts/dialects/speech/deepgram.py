"""Deepgram: utterances, or words and paragraphs by channel."""

from __future__ import annotations

from typing import Any

from ...draft import Draft
from ...grouping import add_streams, add_words
from ...spoken import Spoken
from ...transcript import Unreadable
from .entries import Keys, add_utterances, at, entries, has_text, words_in

NAME = "Deepgram"
_UTTERANCE = Keys(("transcript",))
_WORD = Keys(("punctuated_word", "word"))
_BEST = ("alternatives", 0)


def recognises(value: Any) -> bool:
    """Return whether the results are utterances or channels."""
    results = at(value, "results")
    return isinstance(results, dict) and ("channels" in results or has_text(results.get("utterances"), _UTTERANCE))


def add(draft: Draft, value: Any) -> None:
    """Add the utterances, if there are any, else the words of each channel, else the sentences of its paragraphs."""
    results = value["results"]
    channels = entries(results, "channels")
    best = [at(channel, _BEST) for channel in channels]
    if has_text(results.get("utterances"), _UTTERANCE):
        add_utterances(draft, results["utterances"], _UTTERANCE, _WORD)
    elif any(has_text(at(alternative, "words"), _WORD) for alternative in best):
        streams = [words_in(draft, at(alternative, "words"), _WORD) for alternative in best]
        _add_channels(draft, streams)
    elif paragraphs := [found for alternative in best for found in entries(alternative, ("paragraphs", "paragraphs"))]:
        for paragraph in paragraphs:
            sentences = [
                {**sentence, "speaker": paragraph.get("speaker")} for sentence in entries(paragraph, "sentences")
            ]
            add_utterances(draft, sentences, Keys())
    else:
        raise Unreadable("there are neither utterances nor words")


def _add_channels(draft: Draft, streams: list[list[Spoken]]) -> None:
    """Add the words; where there are several channels, the speakers are called by channel."""
    if sum(map(bool, streams)) < 2:
        add_words(draft, [word for words in streams for word in words])
        return
    add_streams(draft, [[_in_channel(word, number) for word in words] for number, words in enumerate(streams)])


def _in_channel(word: Spoken, number: int) -> Spoken:
    return word._replace(speaker=f"Channel {number}, {word.speaker}" if word.speaker else f"Channel {number}")
