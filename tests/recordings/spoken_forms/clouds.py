"""A talk in the forms of the large clouds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .talk import Said, Talk, by_word, seconds, text_of


def _items(words: Iterable[Said], **more: str) -> list[Any]:
    items: list[Any] = []
    for word in words:
        times = {"start_time": str(seconds(word.start)), "end_time": str(seconds(word.end))}
        items.append({"type": "pronunciation", "alternatives": [{"content": word.word}], **times, **more})
        if word.mark:
            items.append({"type": "punctuation", "alternatives": [{"content": word.mark}], **more})
    return items


def amazon(talk: Talk) -> Any:
    items = [item for turn in talk for item in _items(turn.words, speaker_label=f"spk_{turn.speaker}")]
    return {"jobName": "j", "results": {"transcripts": [{"transcript": text_of(talk)}], "items": items}}


def amazon_old(talk: Talk) -> Any:
    segments = [{"start_time": str(seconds(turn.start)), "speaker_label": f"spk_{turn.speaker}"} for turn in talk]
    items = [item for turn in talk for item in _items(turn.words)]
    results = {"transcripts": [{"transcript": text_of(talk)}], "speaker_labels": {"segments": segments}, "items": items}
    return {"results": results}


def amazon_segments(talk: Talk) -> Any:
    items: list[Any] = []
    segments = []
    for turn in talk:
        first = len(items)
        items += _items(turn.words)
        numbers = list(range(first, len(items)))
        times = {"start_time": str(seconds(turn.start)), "end_time": str(seconds(turn.end))}
        segments.append({"transcript": turn.text, "speaker_label": f"spk_{turn.speaker}", "items": numbers, **times})
    numbered = [{"id": number, **item} for number, item in enumerate(items)]
    whole = [{"transcript": text_of(talk)}]
    return {"results": {"transcripts": whole, "items": numbered, "audio_segments": segments}}


def _azure_word(word: Said) -> Any:
    ticks = {"offsetInTicks": word.start * 10_000, "durationInTicks": (word.end - word.start) * 10_000}
    return {"word": word.word.lower(), **ticks}


def azure(talk: Talk) -> Any:
    phrases = [
        {"recognitionStatus": "Success", "speaker": turn.speaker, "offsetInTicks": turn.start * 10_000,
         "durationInTicks": (turn.end - turn.start) * 10_000,
         "nBest": [{"display": turn.text, "words": [_azure_word(word) for word in turn.words]}]}
        for turn in talk
    ]  # fmt: skip
    return {"combinedRecognizedPhrases": [{"channel": 0, "display": text_of(talk)}], "recognizedPhrases": phrases}


def _google_word(word: Said, **more: Any) -> Any:
    return {"word": word.text, "startTime": f"{word.start / 1000:.3f}s", "endTime": f"{word.end / 1000:.3f}s", **more}


def google(talk: Talk) -> Any:
    results: list[Any] = [
        {"alternatives": [{"transcript": turn.text, "words": [_google_word(word) for word in turn.words]}]}
        for turn in talk
    ]
    tagged = [_google_word(word, speakerTag=speaker + 1) for speaker, word in by_word(talk)]
    return {"results": [*results, {"alternatives": [{"words": tagged}]}]}


def google_plain(talk: Talk) -> Any:
    return {"results": google(talk)["results"][:-1]}


def watson(talk: Talk) -> Any:
    results = [
        {"final": True, "alternatives": [{"transcript": turn.text, "timestamps": [
            [word.text, seconds(word.start), seconds(word.end)] for word in turn.words]}]}
        for turn in talk
    ]  # fmt: skip
    labels = [
        {"from": seconds(word.start), "to": seconds(word.end), "speaker": speaker} for speaker, word in by_word(talk)
    ]
    return {"result_index": 0, "results": results, "speaker_labels": labels}
