"""Transcription by ``ai_transcribe`` of a SQL warehouse, over the volume in which the site keeps audio."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from chat import transcription
from chat.storage import volume
from chat.transcription import TranscriptionFailed, sql, transcriber
from chat.transcription.preparing import Limits

from ..support import beeps
from ..support.file_server import SETTINGS
from ..support.spoken_words import imported, transcribed
from ..support.sql_warehouse import Warehouse, warehouse

TOKEN = "canary-of-the-site-6611"


@pytest.fixture(autouse=True)
def fake(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """The workspace that the site is set to use."""
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", "/dev/null")
    monkeypatch.setattr(sql, "TICK_SECONDS", 0.01)
    with warehouse() as fake:
        settings.STORAGE, settings.TRANSCRIBER = SETTINGS["volume"], "databricks-sql:1f2e"
        settings.DATABRICKS_HOST, settings.DATABRICKS_TOKEN = fake.url, TOKEN
        volume._sign_in.cache_clear()
        transcription.forget()
        yield fake
        volume._sign_in.cache_clear()
        transcription.forget()


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    return beeps.write(tmp_path / "talk.wav", beeps.beeps(3, every=1.0), seconds=4)


def test_the_warehouse_reads_the_sound_from_the_volume_and_names_the_speakers(
    fake: Warehouse, audio: Path, tmp_path: Path
) -> None:
    fake.states = ["PENDING", "RUNNING", "RUNNING"]

    spoken = transcribed(audio)

    (statement,) = fake.statements
    assert (statement["statement"], statement["warehouse_id"]) == (sql.STATEMENT, "1f2e")
    ((name, path),) = ((each["name"], each["value"]) for each in statement["parameters"])
    assert (name, path.startswith(f"{SETTINGS['volume'].removeprefix('volume:')}/transcribing/")) == ("path", True)
    assert fake.files == {}, "the sound is deleted again"
    found = [(each.speaker, each.text, each.start) for each in imported(spoken, tmp_path).utterances]
    assert [(speaker, text) for speaker, text, _ in found] == [
        ("Speaker 1", "w0"), ("Speaker 2", "w1"), ("Speaker 1", "w2"),
    ]  # fmt: skip
    assert found[1][2] == pytest.approx(1.5, abs=0.1)


def test_a_long_recording_is_transcribed_in_parts(
    fake: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "LIMITS", Limits(30.0, 10**6))

    spoken = transcribed(beeps.write(tmp_path / "talk.wav", beeps.beeps(32, every=1.4), seconds=46))

    assert len(fake.statements) == 2
    assert "named in each part by itself" in spoken.notes[0]
    found = imported(spoken, tmp_path).utterances
    assert " ".join(each.text for each in found) == " ".join(f"w{number}" for number in range(32))
    assert {each.speaker for each in found} == {
        "Speaker 1", "Speaker 2", "Speaker 1 (part 2)", "Speaker 2 (part 2)",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("states", "result", "sentence", "again"),
    [
        (["FAILED"], None, "service failed", True),
        (["CANCELED"], None, "service failed", True),
        ([], "", "did not find the sound", False),
        ([], json.dumps({"error_message": "canary", "response": None}), "could not work with this recording", False),
        ([], "[]", "is not a transcript", True),
        ([], json.dumps({"response": {"segments": []}}), "No speech was found", False),
    ],
)
def test_a_statement_that_fails_is_described(
    fake: Warehouse, audio: Path, states: list[str], result: str | None, sentence: str, again: bool
) -> None:
    fake.states, fake.result = states, result

    with pytest.raises(TranscriptionFailed, match=sentence) as failed:
        transcribed(audio)

    assert failed.value.again is again
    assert "canary" not in str(failed.value)
    assert fake.files == {}


@pytest.mark.parametrize(
    ("status", "sentence"), [(403, "does not accept the key"), (404, "does not know"), (400, "failed")]
)
def test_a_refusal_is_described(
    fake: Warehouse, audio: Path, caplog: pytest.LogCaptureFixture, status: int, sentence: str
) -> None:
    fake.refusal = status

    with pytest.raises(TranscriptionFailed, match=sentence), caplog.at_level(logging.INFO, "chat"):
        transcribed(audio)

    assert TOKEN not in caplog.text
    assert fake.files == {}


def test_whoever_cancels_cancels_the_statement(fake: Warehouse, audio: Path) -> None:
    fake.states = ["RUNNING"] * 100
    made = transcriber()
    assert made

    def report(_: float) -> None:
        if fake.statements:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.transcribe(audio, report)

    assert (fake.cancelled, fake.files) == (["s-1"], {})


def test_what_a_crash_has_left_in_the_volume_is_deleted_after_a_day(fake: Warehouse, audio: Path) -> None:
    fake.keep(f"{sql.FOLDER}/old.mp3", b"sound", days_ago=2)
    fake.keep(f"{sql.FOLDER}/new.mp3", b"sound")

    transcribed(audio)

    assert list(fake.files) == [fake.path_of(f"{sql.FOLDER}/new.mp3")]


def test_it_needs_audio_in_a_volume(settings: Settings) -> None:
    settings.STORAGE = "disk"

    with pytest.raises(ImproperlyConfigured, match="reads audio from a volume, but STORAGE is none"):
        transcriber()
