"""Who spoke, over the parts of a long recording that a service hears one by one."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from chat import transcription

from ..support import beeps
from ..support.spoken_words import imported, transcribed
from ..support.transcription_server import Asked, TranscriptionServer

DEEP, HIGH = 5, 25
"""Two voices: each says one word over and over."""


def conversation() -> list[beeps.Beep]:
    """Return a talk of 100 seconds in which the voices take turns of five words."""
    return [
        beeps.Beep(DEEP if number // 5 % 2 == 0 else HIGH, 0.5 + number * 0.6, 0.8 + number * 0.6)
        for number in range(160)
    ]


def voice(content: bytes) -> int:
    return beeps.heard(content)[0].number


def diarized(asked: Asked, *, compares: bool = True) -> dict[str, Any]:
    """Return what is heard as ``diarized_json``; a voice is named as in the request, or else by a letter."""
    known = zip(asked.fields.get("known_speaker_names[]", []), asked.fields.get("known_speaker_references[]", []),
                strict=True)  # fmt: skip
    names = {voice(base64.b64decode(url.partition(",")[2])): name for name, url in known} if compares else {}
    segments: list[dict[str, Any]] = []
    for beep in beeps.heard(asked.content):
        name = names.setdefault(beep.number, "AB"[len(names) % 2])
        if segments and segments[-1]["speaker"] == name:
            segments[-1] |= {"end": beep.end, "text": f"{segments[-1]['text']} {beep.word}"}
        else:
            segments.append({"speaker": name, "start": beep.start, "end": beep.end, "text": beep.word})
    return {"task": "transcribe", "duration": 50.0, "text": "…", "segments": segments}


@pytest.fixture(autouse=True)
def _diarizing(server: TranscriptionServer, settings: Settings) -> None:
    settings.TRANSCRIBER = "openai:gpt-4o-transcribe-diarize"
    server.answer = diarized
    transcription.forget()


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    return beeps.write(tmp_path / "talk.wav", conversation(), seconds=98)


def test_a_voice_has_one_name_in_all_parts(server: TranscriptionServer, audio: Path, tmp_path: Path) -> None:
    spoken = transcribed(audio)

    first, second = server.asked
    assert (first.fields["response_format"], first.fields["chunking_strategy"]) == (["diarized_json"], ["auto"])
    assert "known_speaker_names[]" not in first.fields
    assert second.fields["known_speaker_names[]"] == ["Speaker 1", "Speaker 2"]
    voices = [voice(base64.b64decode(url.partition(",")[2])) for url in second.fields["known_speaker_references[]"]]
    assert voices == [DEEP, HIGH]
    said = {(each.speaker, word) for each in imported(spoken, tmp_path).utterances for word in each.text.split()}
    assert said == {("Speaker 1", f"w{DEEP}"), ("Speaker 2", f"w{HIGH}")}
    assert spoken.notes == ()


def test_where_voices_cannot_be_compared_the_part_is_named(
    server: TranscriptionServer, audio: Path, tmp_path: Path
) -> None:
    server.answer = lambda asked: 400 if "known_speaker_names[]" in asked.fields else diarized(asked)

    spoken = transcribed(audio)

    assert {each.speaker for each in imported(spoken, tmp_path).utterances} == {
        "Speaker 1", "Speaker 2", "Speaker A (part 2)", "Speaker B (part 2)",
    }  # fmt: skip
    assert "named in each part by itself" in spoken.notes[0]


def test_a_new_voice_is_a_new_speaker(server: TranscriptionServer, tmp_path: Path) -> None:
    said = [beeps.Beep(beep.number if beep.start < 60 else HIGH + 10, beep.start, beep.end) for beep in conversation()]

    spoken = transcribed(beeps.write(tmp_path / "talk.wav", said, seconds=98))

    last = imported(spoken, tmp_path).utterances[-1]
    assert (last.speaker, set(last.text.split())) == ("Speaker 3", {f"w{HIGH + 10}"})
