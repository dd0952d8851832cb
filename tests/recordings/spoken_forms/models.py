"""A talk in the forms of models of speech, and of the tools around them."""

from __future__ import annotations

from typing import Any

from .talk import Talk, by_word, seconds, segment, text_of, timed


def crispasr(talk: Talk) -> Any:
    return {
        "segments": [
            {"text": turn.text, "t0": turn.start // 10, "t1": turn.end // 10,
             "words": [{"text": word.text, "t0": word.start // 10, "t1": word.end // 10} for word in turn.words]}
            for turn in talk
        ]
    }  # fmt: skip


def _chunk(text: str, start: int, end: int, **more: str) -> Any:
    return {"text": f" {text}", "timestamp": [seconds(start), seconds(end)], **more}


def hugging_face(talk: Talk) -> Any:
    return {"text": text_of(talk), "chunks": [_chunk(turn.text, turn.start, turn.end) for turn in talk]}


def hugging_face_words(talk: Talk) -> Any:
    return {"text": text_of(talk), "chunks": [_chunk(word.text, word.start, word.end) for _, word in by_word(talk)]}


def insanely_fast_whisper(talk: Talk) -> Any:
    speakers = [_chunk(turn.text, turn.start, turn.end, speaker=f"SPEAKER_{turn.speaker}") for turn in talk]
    return {**hugging_face_words(talk), "speakers": speakers}


def nemo(talk: Talk) -> Any:
    segments = [{"segment": turn.text, "start": seconds(turn.start), "end": seconds(turn.end)} for turn in talk]
    return {
        "text": text_of(talk),
        "timestamp": {"word": [timed(word) for _, word in by_word(talk)], "segment": segments},
    }


def whisper(talk: Talk) -> Any:
    segments = [segment(turn, words=[timed(word) for word in turn.words]) for turn in talk]
    return {"text": text_of(talk), "segments": segments, "language": "en"}


def openai(talk: Talk) -> Any:
    words = [{**timed(word), "word": word.word} for _, word in by_word(talk)]
    return {"task": "transcribe", "text": text_of(talk), "words": words, "segments": [segment(turn) for turn in talk]}


def openai_words(talk: Talk) -> Any:
    return {key: value for key, value in openai(talk).items() if key != "segments"}


def whisper_cpp(talk: Talk) -> Any:
    segments = [
        {"text": f" {turn.text}", "offsets": {"from": turn.start, "to": turn.end}, "tokens": [
            {"text": f" {word.text}", "offsets": {"from": word.start, "to": word.end}} for word in turn.words]}
        for turn in talk
    ]  # fmt: skip
    return {"result": {"language": "en"}, "transcription": segments}
