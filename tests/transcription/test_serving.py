"""Transcription by an endpoint of Databricks model serving, in records of a data frame."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from chat import transcription
from chat.transcription import TranscriptionFailed

from ..support import beeps
from ..support.spoken_words import imported, transcribed
from ..support.transcription_server import KEY, PROVIDER_TEXT, Asked, TranscriptionServer

DIALOG = "Speaker 1: Good morning, Heron.\nSpeaker 2: Good morning."


@pytest.fixture(autouse=True)
def _workspace(server: TranscriptionServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", "/dev/null")
    settings.TRANSCRIBER = "databricks:whisper large"
    settings.DATABRICKS_HOST, settings.DATABRICKS_TOKEN = server.url.removesuffix("/v1"), KEY
    server.answer = lambda _: prediction(dialog=DIALOG, transcription="Good morning, Heron. Good morning.")
    transcription.forget()


def prediction(**fields: object) -> dict[str, Any]:
    return {"predictions": [{"dialog": None, "transcription": None, "status": "success", "error": None, **fields}]}


def sound_in(asked: Asked) -> bytes:
    return base64.b64decode(json.loads(asked.content)["dataframe_records"][0]["audio_base64"])


def test_the_dialog_is_imported_as_text(server: TranscriptionServer, tmp_path: Path) -> None:
    said = beeps.beeps(3, every=1.0)

    spoken = transcribed(beeps.write(tmp_path / "a.wav", said, seconds=4))

    (asked,) = server.asked
    assert (asked.path, asked.key) == ("/serving-endpoints/whisper%20large/invocations", KEY)
    assert [beep.word for beep in beeps.heard(sound_in(asked))] == ["w0", "w1", "w2"]
    assert spoken.suffix == ".txt"
    assert "no times" in spoken.notes[0]
    found = [(each.speaker, each.text, each.start) for each in imported(spoken, tmp_path).utterances]
    assert found == [("Speaker 1", "Good morning, Heron.", None), ("Speaker 2", "Good morning.", None)]


def test_unknown_speakers_of_later_parts_are_called_by_their_part(server: TranscriptionServer, tmp_path: Path) -> None:
    spoken = transcribed(beeps.write(tmp_path / "a.wav", beeps.beeps(60, every=1.5), seconds=92))

    assert len(server.asked) == 2
    assert "named in each part by itself" in spoken.notes[1]
    assert [each.speaker for each in imported(spoken, tmp_path).utterances] == [
        "Speaker 1", "Speaker 2", "Speaker 1 (part 2)", "Speaker 2 (part 2)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (prediction(error=PROVIDER_TEXT, status="error"), "could not work with this recording"),
        (prediction(status="failed"), "could not work with this recording"),
        (prediction(), "No speech was found"),
        ({"predictions": []}, "is not a transcript"),
        ({"predictions": ["text"]}, "is not a transcript"),
    ],
)
def test_a_prediction_that_is_none_is_described(
    server: TranscriptionServer, tmp_path: Path, answer: object, sentence: str
) -> None:
    server.answer = lambda _: answer

    with pytest.raises(TranscriptionFailed, match=sentence) as failed:
        transcribed(beeps.write(tmp_path / "a.wav", [], seconds=2))

    assert PROVIDER_TEXT not in str(failed.value)
