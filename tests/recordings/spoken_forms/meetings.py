"""A talk in the forms of services for meetings."""

from __future__ import annotations

from typing import Any

from .talk import Talk, date_at, seconds


def fireflies(talk: Talk) -> Any:
    sentences = [
        {"index": number, "speaker_name": f"Speaker {turn.speaker}", "text": turn.text, "raw_text": turn.text.lower(),
         "start_time": seconds(turn.start), "end_time": seconds(turn.end)}
        for number, turn in enumerate(talk)
    ]  # fmt: skip
    return {"data": {"transcript": {"title": "Pumps", "sentences": sentences}}}


def granola(talk: Talk) -> Any:
    return [
        {"start_timestamp": date_at(turn.start), "end_timestamp": date_at(turn.end), "source": "system",
         "is_final": True, "text": turn.text, "detected_speaker_name": f"Speaker {turn.speaker}"}
        for turn in talk
    ]  # fmt: skip


def meet(talk: Talk) -> Any:
    return {
        "transcriptEntries": [
            {"participant": f"conferenceRecords/c/participants/{turn.speaker}", "text": turn.text,
             "startTime": date_at(turn.start), "endTime": date_at(turn.end)}
            for turn in talk
        ]
    }  # fmt: skip


def podcast(talk: Talk) -> Any:
    segments = [
        {"speaker": f"Speaker {turn.speaker}", "startTime": seconds(turn.start), "body": turn.text} for turn in talk
    ]
    return {"version": "1.0.0", "segments": segments}


def recall(talk: Talk) -> Any:
    return [
        {"participant": {"id": turn.speaker, "name": f"Speaker {turn.speaker}"}, "words": [
            {"text": word.text, "start_timestamp": {"relative": seconds(word.start)},
             "end_timestamp": {"relative": seconds(word.end)}} for word in turn.words]}
        for turn in talk
    ]  # fmt: skip


def turns(talk: Talk) -> Any:
    return [{"speaker": f"Speaker {turn.speaker}", "content": turn.text, "start": seconds(turn.start)} for turn in talk]
